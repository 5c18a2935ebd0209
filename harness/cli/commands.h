/* All commands, of commands.def. */
#ifndef IB_CLI_COMMANDS_H
#define IB_CLI_COMMANDS_H

#include "cli/args.h"

extern const struct ib_command *const ib_commands[]; /* ends with NULL */

/* What the exit statuses mean, in lines. */
extern const char ib_exit_status_help[];

/* A flag and a command with its flags, as its help describes them. */
struct ib_flag_text {
    const char *name, *value, *help; /* value: NULL without one */
    bool repeats;
};
struct ib_command_text {
    const struct ib_command *command; /* its name is "history add" for a part of `history` */
    struct ib_flag_text *flags;
    size_t n_flags;
    const char **arguments; /* their names, by position: "CONFIG", "json|csv|md"; ends with NULL */
};

/* Asks every command for its flags, without running it. Returns their number; parts of a command follow it.
 */
size_t ib_command_texts(struct ib_arena *, struct ib_command_text **out);

#endif
