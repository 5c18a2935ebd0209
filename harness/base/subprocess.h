/* Another program, run to its end. */
#ifndef IB_BASE_SUBPROCESS_H
#define IB_BASE_SUBPROCESS_H

#include "base/arena.h"

#include <stdint.h>

struct ib_subprocess {
    const char *const *argv; /* argv[0] is looked up in PATH; ends with NULL */
    const char *folder;      /* where it runs; NULL: here */
    const char *messages;    /* the file that its stderr goes to; its stdout goes nowhere */
    uint64_t timeout_ns;     /* 0: none */
};

/* Runs it in a process group of its own, which is killed when the time is over, an interrupt comes
 * (base/interrupt.h) or this process dies. NULL when it ended with status 0, else why not: "gnuplot is not
 * installed", "gnuplot failed: " and the last line of its messages. */
const char *ib_subprocess_run(struct ib_arena *, const struct ib_subprocess *);

#endif
