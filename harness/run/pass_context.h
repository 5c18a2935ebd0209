/* The context shared by all passes of a run, and the arrays that a pass returns. */
#ifndef IB_RUN_PASS_CONTEXT_H
#define IB_RUN_PASS_CONTEXT_H

#include "config/config.h"
#include "machine/limits.h"
#include "parent/worker_process.h"
#include "run/mirrored_problem.h"
#include "run/oracle_cache.h"
#include "store/store.h"

/* Shared by all passes of a run. */
struct ib_pass_context {
    const struct ib_measure *measure;
    struct ib_workspace *work;
    struct ib_oracle_cache *oracle_cache;
    const struct ib_limits *limits; /* of this machine; NULL: unknown, for the reason */
    const char *no_limits;
    const char *hyperfine;    /* its version; NULL: not installed or not needed */
    const char *timeout_name; /* what sets measure->timeout_ns, for messages; NULL: measure.timeout */
    const char *cache;   /* a folder for caches in sandboxes; NULL: one in `work` for each implementation */
    const char *program; /* the binary whose workers are started; NULL: this one */
    const char *const *under; /* a command that runs them, such as valgrind with its flags; NULL: none */
    bool counted;             /* of jobs: their instructions will be counted */
    bool traced;              /* of timed passes: a tracer counts their copies */
    struct ib_mirrored_problem
        *mirrored;            /* what an external program is timed with; NULL: the problem itself */
    ib_progress_fn *progress; /* called for logged epochs of checked passes; may be NULL */
    void *progress_context;
};

/* The arrays of a pass; memory belongs to an arena. */
struct ib_arrays {
    struct ib_curve curve;
    const double *seconds; /* time of each loss since the training began; NULL: not reported */
    struct ib_final final;
    const double *state; /* at the end (train/training_state.h), of which final.params is the beginning */
    const double *lowest,
        *highest; /* of each final parameter over the trainings of a timed pass; NULL: one */
};

#endif
