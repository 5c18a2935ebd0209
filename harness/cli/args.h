/* Command lines of commands: flags from a table, which also makes the help. */
#ifndef IB_CLI_ARGS_H
#define IB_CLI_ARGS_H

#include "base/exit_code.h"
#include "base/text.h"

struct ib_flag {
    const char *name;  /* "--out", "-s" */
    const char *value; /* what it takes, for the help: "DIR"; NULL: nothing */
    const char *help;
    const char **text; /* where its value goes; for a flag without one, its own name. May be given once … */
    const char **list; /* … or, with this, up to IB_FLAG_LIST times; ends with NULL */
};
enum { IB_FLAG_LIST = 32 };

struct ib_command {
    const char *name;
    const char *usage;   /* "run CONFIG [--out DIR]" */
    const char *summary; /* one line for `ironbench --help` */
    const char *detail;  /* more lines for `ironbench VERB --help` */
    int (*main)(const struct ib_command *, int argc,
                char **argv); /* argv[0] is the command; returns the exit status */
};

/* Reads argv[1…]: flags ("--out DIR", "--out=DIR", "-s TEXT") and exactly n_positional other arguments.
 * --help prints the help and sets *done. Errors are IB_EINVAL and name the flag, with the nearest one where
 * it is unknown. `flags` ends with a NULL name. */
enum ib_status ib_args_read(const struct ib_command *, const struct ib_flag *flags, int argc, char **argv,
                            const char **positional, int n_positional, bool *done);

/* The value of a word in a flag; *out stays as it is where the flag was not given (NULL). IB_EINVAL names the
 * flag and the words that are allowed. */
enum ib_status ib_args_word(const char *flag, const char *text, const struct ib_word *words, int *out);

/* "1%" or "0.01": a share above 0 and below 1; *out stays as it is where the flag was not given (NULL). */
enum ib_status ib_args_share(const char *flag, const char *text, double *out);

/* Print the newest error and return an exit status: of a wrong command line or configuration, where nothing
 * has run yet (out of memory and our own faults are no usage errors even there); of a run that went wrong. */
int ib_usage_error(void);
int ib_run_error(void);

#endif
