/* Running another program to completion. */
#ifndef IB_BASE_SUBPROCESS_H
#define IB_BASE_SUBPROCESS_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct ib_subprocess {
    const char *const *argv;  /* ends with NULL; argv[0] is looked up in PATH */
    const char *folder;       /* working directory; NULL: unchanged */
    char *const *environment; /* ends with NULL; NULL: unchanged */
    const char *output;       /* file for its stdout; NULL: discarded */
    const char *messages;     /* file for its stderr; NULL: this process's stderr, also for its stdout */
    uint64_t timeout_ns;      /* 0: none */
    bool *late;               /* set if it did not finish within the timeout; may be NULL */
    bool cleans_up;           /* it runs after an interrupt, too */
};

/* Runs the program in its own process group, which is killed on timeout, on interrupt (base/interrupt.h)
 * and when this process dies. Returns NULL if it exits with status 0, else the reason: "gnuplot is not
 * installed", or "gnuplot failed: " and the last line of its stderr, or without such a file "gnuplot failed".
 */
const char *ib_subprocess_run(struct ib_arena *, const struct ib_subprocess *);

#endif
