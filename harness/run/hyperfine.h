/* hyperfine, the program that times whole processes. */
#ifndef IB_RUN_HYPERFINE_H
#define IB_RUN_HYPERFINE_H

#include "base/arena.h"

#include <stdint.h>

struct ib_hyperfine {
    const char *folder;  /* where the command runs and hyperfine leaves its files; absolute */
    const char *command; /* words split at blanks, run without a shell */
    uint64_t warmup;     /* runs before */
    uint64_t timeout_ns; /* of all runs together */
};

/* Wall time and processor time of one run. */
struct ib_hyperfine_result {
    double wall_ns, user_ns, system_ns;
};

/* "hyperfine 1.15.0"; NULL where it is not installed. */
const char *ib_hyperfine_version(struct ib_arena *);

/* Times one run. NULL when that went well, else why not. */
const char *ib_hyperfine_run(struct ib_arena *, const struct ib_hyperfine *, struct ib_hyperfine_result *out);

#endif
