/* hyperfine, the program that times whole processes. */
#ifndef IB_RUN_HYPERFINE_H
#define IB_RUN_HYPERFINE_H

#include "base/arena.h"

#include <stdint.h>

struct ib_hyperfine {
    const char *folder;  /* working directory, also for hyperfine's files; absolute */
    const char *command; /* words separated by spaces, run without a shell */
    uint64_t timeout_ns;
};

/* Wall time and CPU time of one run. */
struct ib_hyperfine_result {
    double wall_ns, user_ns, system_ns;
};

/* "hyperfine 1.15.0"; NULL if it is not installed. */
const char *ib_hyperfine_version(struct ib_arena *);

/* Times one run. Returns NULL, or the reason of the failure. */
const char *ib_hyperfine_run(struct ib_arena *, const struct ib_hyperfine *, struct ib_hyperfine_result *out);

#endif
