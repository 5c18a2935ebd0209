/* What all passes of a run share, and what each brings back. */
#ifndef IB_RUN_PASS_CONTEXT_H
#define IB_RUN_PASS_CONTEXT_H

#include "config/config.h"
#include "parent/worker_process.h"
#include "run/oracle_cache.h"
#include "store/store.h"

/* What all passes of a run share. */
struct ib_pass_context {
    const struct ib_measure *measure;
    struct ib_workspace *work;
    struct ib_oracle_cache *oracle_cache;
    const char *hyperfine;    /* its version; NULL: not installed, or not asked for */
    const char *program;      /* whose workers do the work; NULL: this one's */
    ib_progress_fn *progress; /* called for logged epochs of checked passes; may be NULL */
    void *progress_context;
};

/* What a pass returned; memory belongs to an arena. */
struct ib_arrays {
    struct ib_curve curve;
    const double *seconds; /* since the training began, of each loss; NULL: not given */
    struct ib_final final;
};

#endif
