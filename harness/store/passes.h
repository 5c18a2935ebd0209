/* What the passes of a case leave: of checking, timing, the whole process, and of another algorithm stopped
 * at losses. */
#ifndef IB_STORE_PASSES_H
#define IB_STORE_PASSES_H

#include "store/run_record.h"

/* The answer of a pass, as f64. */
struct ib_final {
    uint64_t n_params, n_predictions;
    const double *params;      /* ib_network_size elements; NULL: there is no answer */
    const double *predictions; /* test_rows x outputs, in the model's own units */
};

/* What a checked pass left, whole or broken. */
struct ib_checked_pass {
    enum ib_case_status status;
    const char *reason; /* "" when ok */
    const char *path;   /* ops, fused; NULL unknown */
    struct ib_phases phases;
    struct ib_curve curve;
    const double *seconds; /* of each loss, since another algorithm began; NULL: none */
    struct ib_verification verification;
    const char *reference; /* "oracle"; "oracle, first 200 epochs, epochs 1 and 10000 by 8 random vectors",
                              or without either; NULL: none */
    enum ib_convergence convergence;  /* 0 unknown */
    const double *metrics;            /* in the order of ib_metrics; NaN: null; NULL: none */
    uint64_t test_rows, outputs;      /* of the predictions: */
    const double *actual, *predicted; /* in the target's units */
    struct ib_final final;
    const struct ib_transfer_log *transfer_log; /* NULL: none */
    bool as_expected;
    const struct ib_driver_counters *tracer; /* NULL: none */
    bool tracer_agrees;
    const struct ib_profile *profile; /* NULL: none, for a reason or none at all ("", or NULL) */
    const char *profile_reason;
    const char *stderr_tail;
};

/* What one timed round left. */
struct ib_timed_pass {
    enum ib_case_status status;
    const char *reason;
    uint64_t round;                /* from 1 */
    uint64_t repeats;              /* trainings timed in this round */
    double epoch_ns;               /* time per epoch: all trainings / (repeats * epochs) */
    double cpu_epoch_ns;           /* of which the training thread had a processor; NaN: unknown */
    bool watched;                  /* it can be told whether it was disturbed: */
    bool disturbed;                /* by others on the processor, or by what holds the device back */
    uint32_t clock_mhz;            /* of the device; 0: not known */
    char slowed[64];               /* by what the device was held back; "" */
    double slices[IB_MOST_SLICES]; /* of each slice the median training / epochs, in order */
    size_t n_slices;
    struct ib_phases phases;
    const struct ib_transfer_log *transfer_log; /* of one training and its prediction */
    bool as_expected;
    const char *stderr_tail;
};

/* One run of the whole process. */
struct ib_process_pass {
    enum ib_case_status status;
    const char *reason;
    bool timed;         /* false: there is no time, for that reason; with status ok it lies not in the case */
    uint64_t run;       /* from 1 */
    const char *source; /* what timed it: "hyperfine 1.15.0" */
    double wall_ns, user_ns, system_ns;       /* seen from outside */
    uint64_t parts_ns[IB_PROCESS_PART_COUNT]; /* of the same run by its own clock; 0: not known */
};

/* Where another algorithm is stopped: the iterations after which it has come down to a loss. */
struct ib_stop {
    double loss;        /* asked for, on the training rows */
    uint64_t epochs;    /* the fewest that were found; 0: none */
    uint64_t trainings; /* that the search took */
    const char *reason; /* why there are none; NULL: it never comes so low */
};

/* What the search for its stops left. */
struct ib_search_pass {
    enum ib_case_status status;
    const char *reason;
    struct ib_stop stops[IB_LOSS_TARGET_COUNT]; /* of ib_loss_target_shares, in order */
};

/* One round of trainings, each of which ends at a stop. */
struct ib_stops_pass {
    enum ib_case_status status;
    const char *reason;
    uint64_t round; /* from 1 */
    struct ib_stop_time {
        double train_ns;           /* of one training; NaN: it has no time */
        double loss;               /* of the parameters that came back; NaN: none came */
        const char *reason;        /* why it has no time; NULL */
    } times[IB_LOSS_TARGET_COUNT]; /* those of stops without iterations say nothing */
};

#endif
