/* The record of a run on disk: DIR/run.sqlite, written by one process, one transaction a case-round, so that
 * a kill at any moment loses at most the round in flight. Tables: results/schema.sql. */
#ifndef IB_STORE_STORE_H
#define IB_STORE_STORE_H

#include "config/config.h"
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

struct ib_store;

/* Makes DIR (and its parents) and a new run in it. Refuses a folder that already holds a run (IB_EINVAL) or
 * is not writable (IB_EIO). */
enum ib_status ib_store_create(const char *dir, const struct ib_config *, const struct ib_machine *,
                               struct ib_store **out);
/* All cases of the run, in one transaction: a run has all of its cases or none. */
enum ib_status ib_store_add_cases(struct ib_store *, const struct ib_case *cases, size_t n);
/* Goes on with the run that DIR holds; see resume.h for what must be asked before. */
enum ib_status ib_store_open(const char *dir, struct ib_store **out);

/* The run as it stands, with all that is derived from it; valid until the next call for this store. */
const struct ib_run_record *ib_store_record(struct ib_store *);

/* Each adds to the record and writes to the disk, all or nothing. Cases are those of ib_store_add_cases,
 * found by id. */
enum ib_status ib_store_put_checked(struct ib_store *, const struct ib_case *,
                                    const struct ib_checked_pass *);
enum ib_status ib_store_put_timed(struct ib_store *, const struct ib_case *, const struct ib_timed_pass *);
enum ib_status ib_store_put_process(struct ib_store *, const struct ib_case *,
                                    const struct ib_process_pass *);
/* The stops of a case, once; and a round of trainings up to them. */
enum ib_status ib_store_put_stops(struct ib_store *, const struct ib_case *, const struct ib_search_pass *);
enum ib_status ib_store_put_stopped(struct ib_store *, const struct ib_case *, const struct ib_stop *stops,
                                    const struct ib_stops_pass *);
/* A case that ended without (further) passes: unavailable, unsupported, or a failed worker. */
enum ib_status ib_store_put_status(struct ib_store *, const struct ib_case *, enum ib_case_status,
                                   const char *reason);
/* Marks the run as finished. */
enum ib_status ib_store_finish(struct ib_store *);
void ib_store_close(struct ib_store *);

/* What speed-ups are over, in the finished or unfinished run of DIR. IB_EINVAL names what there is when no
 * case of the run has that implementation or label. */
enum ib_status ib_store_set_reference(const char *dir, const char *reference);

#endif
