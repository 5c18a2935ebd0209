/* The results of the passes of a case: the rows that they add to the record, and what goes to the disk alone.
 * The store copies all memory that they point to. */
#ifndef IB_STORE_PASSES_H
#define IB_STORE_PASSES_H

#include "store/run_record.h"

/* The answer of a pass, as f64. */
struct ib_final {
    uint64_t n_params, n_predictions;
    const double *params;      /* ib_network_size elements; NULL: there is no answer */
    const double *predictions; /* test_rows x outputs, in the model's own units */
};

/* The result of a checked pass, complete or broken off. */
struct ib_checked_pass {
    struct ib_check_record check; /* without the verdict and its errors; as_expected needs a transfer log */
    struct ib_verification verification;
    uint64_t continued_from; /* the epoch from which another process trained on; 0: none did */
    double continued_error;  /* how far its end is off; 0: not at all */
    struct ib_curve curve;
    const double *seconds;            /* of each loss, since another algorithm began; NULL: unknown */
    const double *metrics;            /* in the order of ib_metrics; NaN: unknown; NULL: not computed */
    uint64_t test_rows, outputs;      /* of the predictions: */
    const double *actual, *predicted; /* in the target's units */
    struct ib_final final;
    const struct ib_transfer_log *transfer_log; /* NULL: none */
    const struct ib_driver_counters *tracer;    /* NULL: none */
    bool tracer_agrees;
    const struct ib_profile *profile; /* NULL: none; profile_reason says why, "" or NULL if none was wanted */
    const char *profile_reason;
    const struct ib_timeline *timeline; /* with the profile; NULL: none */
};

/* The result of a timed round. The store keeps its times only where it ended well and trained in epochs. */
struct ib_timed_pass {
    struct ib_round_record round;               /* as_expected needs a transfer log */
    const struct ib_transfer_log *transfer_log; /* of one training and its prediction; NULL: none */
    bool differs;                               /* untrusted as its answer is not that of the checked pass */
    double first_ns, median_ns; /* of its first slice: the first and the median training; 0: unknown */
};

/* One run of the whole process. */
struct ib_process_pass {
    enum ib_case_status status;
    const char *reason; /* why it was not timed; with status ok, for a cause outside the case */
    const char *source; /* what timed it: "hyperfine 1.15.0" */
    bool timed;
    struct ib_process_run_record run; /* if timed */
};

/* The result of the search for the stops of another algorithm. */
struct ib_search_pass {
    enum ib_case_status status;
    const char *reason;
    struct ib_stop_record stops[IB_LOSS_TARGET_COUNT]; /* of ib_loss_target_shares, in order */
};

/* One round of trainings, each of which ends at a stop. */
struct ib_stops_pass {
    enum ib_case_status status;
    const char *reason;
    struct ib_stop_time_record times[IB_LOSS_TARGET_COUNT]; /* target 0: there is no such stop */
};

#endif
