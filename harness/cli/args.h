/* Parses the command line of a command from a table of flags, which also provides the help. */
#ifndef IB_CLI_ARGS_H
#define IB_CLI_ARGS_H

#include "base/arena.h"
#include "base/exit_status.h"
#include "base/text.h"
#include "core/shard.h"

struct ib_flag {
    const char *name;  /* "--out", "-s" */
    const char *value; /* the value's name in the help: "DIR"; NULL: takes no value */
    const char *help;
    const char **text; /* receives the value, or the flag's name if it takes none; allowed once. Or: */
    const char **list; /* receives up to IB_FLAG_LIST values; ends with NULL */
};
enum { IB_FLAG_LIST = 32 };

struct ib_command {
    const char *name;
    const char *usage;   /* "run CONFIG [--out DIR]" */
    const char *summary; /* one line for `ironbench --help` */
    const char *detail;  /* more lines for `ironbench COMMAND --help`; NULL */
    int (*main)(const struct ib_command *, int argc,
                char **argv);              /* argv[0] is the command; returns the exit status */
    const struct ib_command *const *parts; /* its commands, whose names begin with its own; ends with NULL */
    const char *words;                     /* "save|ls|rm": the first argument is one of them; NULL */
};

/* Reads argv[1…]: flags ("--out DIR", "--out=DIR", "-s TEXT") and exactly n_positional other arguments.
 * --help prints the help and sets *done. Errors are IB_EINVAL and name the flag; for an unknown flag they
 * suggest the nearest known one. `flags` ends with a NULL name. */
enum ib_status ib_args_read(const struct ib_command *, const struct ib_flag *flags, int argc, char **argv,
                            const char **positional, int n_positional, bool *done);

/* Calls a command so that it describes its flags, which end with a NULL name and are those that it gives to
 * one of these functions, and does nothing else. */
typedef void ib_args_visit_fn(void *context, const struct ib_flag *flags);
void ib_args_visit(const struct ib_command *, ib_args_visit_fn *, void *context);

/* The same with at most `most` other arguments; those that are missing are NULL. */
enum ib_status ib_args_read_optional(const struct ib_command *, const struct ib_flag *flags, int argc,
                                     char **argv, const char **positional, int most, bool *done);

/* The same with any number of other arguments, at least one; positional has room for argc of them. */
enum ib_status ib_args_read_list(const struct ib_command *, const struct ib_flag *flags, int argc,
                                 char **argv, const char **positional, int *n, bool *done);

/* Looks up the word given to a flag; if the flag was not given (NULL), *out is unchanged. IB_EINVAL names the
 * flag and the allowed words. */
enum ib_status ib_args_word(const char *flag, const char *text, const struct ib_word *words, int *out);

/* Parses a share above 0 and below 1: "1%" or "0.01". If the flag was not given (NULL), *out is unchanged. */
enum ib_status ib_args_share(const char *flag, const char *text, double *out);

/* Parse an integer from 1 to `most`, and "I/N", shard I of N. IB_EINVAL names the flag and what is allowed.
 */
enum { IB_SHARDS_MAX = 10000 };
enum ib_status ib_args_count(const char *flag, const char *text, uint64_t most, uint64_t *out);
enum ib_status ib_args_shard(const char *flag, const char *text, struct ib_shard *out);
/* IB_EINVAL if the flag was given (not NULL) and its value is not a folder that can be read. */
enum ib_status ib_args_folder(const char *flag, const char *path);

/* Print the last error and return the exit status. ib_usage_error is for errors of the command line or the
 * configuration, before anything has run; it returns IB_EXIT_FAILED if the cause was out of memory or an
 * internal error. ib_run_error is for a run that failed. */
int ib_usage_error(void);
int ib_run_error(void);

#endif
