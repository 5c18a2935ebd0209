/* The record of a run, typed: what was measured of every case, and what is derived from it. A run in progress
 * fills it pass by pass (store.h), a finished one is loaded into it once (load_run.h); analysis, report, gate
 * and exit status read nothing else. Numbers are NaN and counts IB_NO_COUNT where unknown, text is NULL. All
 * memory belongs to the record's arena. */
#ifndef IB_STORE_RUN_RECORD_H
#define IB_STORE_RUN_RECORD_H

#include "base/hash.h"
#include "base/truth.h"
#include "config/axes.h"
#include "machine/machine_info.h"
#include "metrics/metric.h"
#include "parent/process_run.h"
#include "protocol/messages.h"
#include "verify/convergence.h"
#include "verify/loss_targets.h"
#include "verify/verify.h"

enum { IB_NO_COUNT = -1 };

/* A round is timed in one slice; where it is paired with another case's, in several, by turns. */
enum { IB_MOST_SLICES = 12 };

/* ---- what was measured ---- */

/* The verdict of the checked pass. */
struct ib_check_record {
    enum ib_case_status status; /* 0: the case was not checked */
    const char *reason;
    const char *path;        /* ops, fused */
    struct ib_phases phases; /* 0 where unknown */
    enum ib_verdict verdict;
    const char *verdict_reason;                        /* of a verdict other than ok */
    const char *reference;                             /* what the answer was compared with */
    double loss_error, params_error, prediction_error; /* relative */
    uint64_t first_divergent_epoch;                    /* 0: none */
    enum ib_convergence convergence;                   /* 0: unknown */
    enum ib_truth as_expected;                         /* copied what the transfer model expects */
    const char *stderr_tail;
};

/* One loss of the curve. */
struct ib_loss_record {
    uint64_t epoch;       /* from 1 */
    double loss, seconds; /* seconds: since another algorithm began; NaN: unknown */
};

/* One timed pass. */
struct ib_round_record {
    uint64_t round; /* from 1 */
    enum ib_case_status status;
    const char *reason;
    uint64_t repeats;    /* trainings timed; 0: unknown */
    double epoch_ns;     /* all trainings / (repeats * epochs); NaN: the round gave no time */
    double cpu_epoch_ns; /* how long of it the training thread had a processor */
    struct ib_phases phases;
    enum ib_truth as_expected;
    enum ib_truth disturbed; /* by others on the processor, or by what holds the device back */
    const double *slices;    /* of each the median training / epochs, in order */
    size_t n_slices;
    uint64_t clock_mhz; /* of the device; 0: unknown */
    const char *slowed; /* by what the device was held back */
    const char *stderr_tail;
};

/* One run of the whole process, timed from outside. */
struct ib_process_run_record {
    uint64_t run; /* from 1 */
    double wall_ns, user_ns, system_ns;
    uint64_t parts_ns[IB_PROCESS_PART_COUNT]; /* by its own clock; 0: unknown */
};

/* Where another algorithm is stopped, once that was searched for. */
struct ib_stop_record {
    uint64_t target; /* from 1, in ib_loss_target_shares */
    double loss;     /* asked for, on the training rows */
    uint64_t epochs; /* the fewest iterations found; 0: none */
    uint64_t trainings;
    const char *reason; /* why there are none; NULL: it never comes so low */
};

/* One training that ends at a stop. */
struct ib_stop_time_record {
    uint64_t round, target; /* both from 1 */
    double train_ns;        /* NaN: it has no time, for the reason */
    double loss;            /* of the parameters that came back */
    const char *reason;
};

/* Copies of one pass (checked, timed: a training and its prediction) by phase, operation and tensor. */
struct ib_copy_record {
    const char *pass, *phase, *op, *tensor;
    struct ib_traffic traffic;
};

/* Calls of one pass by phase. */
struct ib_calls_record {
    const char *pass, *phase;
    uint64_t launches, syncs;
};

/* What the driver was asked to do in the checked pass, by a count that is not ours. */
struct ib_tracer_record {
    const char *source;   /* NULL: there is none */
    enum ib_truth agrees; /* with the transfer log; unknown: it could not count, for the reason */
    const char *reason;
    int64_t h2d_count, h2d_bytes, d2h_count, d2h_bytes, launches, syncs, d2d_count, d2d_bytes, memset_count,
        memset_bytes, pageable_count, pageable_bytes, pinned_count, pinned_bytes, opened_h2d_count,
        opened_h2d_bytes, opened_d2h_count, opened_d2h_bytes;
    struct ib_kernel_record {
        const char *name;
        uint64_t count;
    } * kernels; /* the most frequent first; none where they are unknown */
    size_t n_kernels, kernels_capacity;
};

/* A short training in which every step was waited for; totals over its epochs. */
struct ib_profile_record {
    uint64_t epochs;    /* 0: there is no profile, for the reason (NULL: none was to be made) */
    const char *reason; /* */
    const char *clock;  /* of compute_ns: "device", "host" */
    uint64_t sync_ns;   /* one wait for an idle device */
    struct ib_operation_record {
        const char *op;
        uint64_t calls, launch_ns, wait_ns, compute_ns;
    } * operations; /* the longest first */
    size_t n_operations, operations_capacity;
    struct ib_copy_time_record {
        const char *op, *tensor;
        uint64_t h2d_ns, d2h_ns;
    } * copies; /* the longest first */
    size_t n_copies, copies_capacity;
};

/* ---- what is derived from it ---- */

/* The time of an epoch over the undisturbed rounds, or over all where all were disturbed; NaN where there is
 * none. */
struct ib_epoch_times {
    double median, min, low, high; /* low, high: interval of the median, at least 95 %; NaN under 6 rounds */
    size_t n;                      /* rounds */
};

enum ib_run_phase { IB_RUN_LOAD, IB_RUN_SETUP, IB_RUN_TRAIN, IB_RUN_READBACK, IB_RUN_PREDICT, IB_RUN_PHASES };
extern const char *const ib_run_phase_names[IB_RUN_PHASES]; /* load setup train readback predict */

enum ib_time_part { IB_TIME_TRANSFER, IB_TIME_SYNC, IB_TIME_COMPUTE, IB_TIME_LAUNCH, IB_TIME_PART_COUNT };
extern const char *const ib_time_part_names[IB_TIME_PART_COUNT]; /* transfer sync compute launch */

/* Copies and calls of the newest timed pass, or of one of its phases; IB_NO_COUNT where no log was kept. */
struct ib_transfer_totals {
    int64_t h2d_count, h2d_bytes, d2h_count, d2h_bytes, launches, syncs;
};

/* Over the runs of the whole process; times in seconds, but for the parts of the median run (of an even
 * number the lower of the two), which add up with the residual to its wall time. */
struct ib_process_summary {
    size_t n; /* 0: none */
    double wall_median_s, wall_min_s, wall_max_s, wall_mean_s, wall_deviation_s, user_s, system_s;
    uint64_t parts_ns[IB_PROCESS_PART_COUNT]; /* 0: unknown */
    double median_ns;                         /* wall time of that run */
    double residual_ns;                       /* of it, what the parts leave */
};

/* A stop with the times of its rounds. A round without a time counts as longer than all others. */
struct ib_stop_summary {
    const struct ib_stop_record *stop;
    size_t rounds, reached;
    double median_ns, low_ns, high_ns; /* NaN also where most rounds did not get there */
    const char *reason;
};

struct ib_case_record {
    uint64_t number; /* from 1, in the order of the plan */
    const char *id;
    /* The values of its axes as a configuration spells them ("6,6", "0.01"); NULL where an axis means nothing
     * to it. */
    const char *axis[IB_AXIS_COUNT];
    enum ib_residency residency;
    enum ib_task task;
    const char *dataset_sha256;
    uint64_t rows, test_rows, cols, epochs; /* rows: for training */
    const struct ib_setting *options;       /* those that differ from their default */
    size_t n_options;
    const char *label;     /* implementation and options, for people */
    const char *libraries; /* of the implementation: their versions, its device */
    bool simulated;        /* its times mean nothing and are never ranked */
    const char *algorithm; /* another than gradient descent, so that nothing can verify it; NULL: that */

    enum ib_case_status status; /* the worst of all passes so far; 0: not run */
    const char *reason;         /* of a status other than ok */

    struct ib_check_record check;
    double metrics[IB_METRIC_COUNT];
    struct ib_loss_record *losses;
    size_t n_losses, losses_capacity;
    struct ib_tracer_record tracer;
    struct ib_profile_record profile;
    struct ib_round_record *rounds;
    size_t n_rounds, rounds_capacity;
    struct ib_copy_record *copies; /* of the newest timed pass, phase by phase, the most bytes first */
    size_t n_copies, copies_capacity;
    struct ib_calls_record *calls;
    size_t n_calls, calls_capacity;
    char log_hash[IB_HASH_HEX]; /* of the transfer log behind both, for the store; "": unknown */
    bool process_timed;         /* as a whole process: it was asked for, and there are runs or a reason */
    const char *process_source, *process_reason;
    struct ib_process_run_record *process_runs;
    size_t n_process_runs, process_runs_capacity;
    struct ib_stop_record *stops;
    size_t n_stops, stops_capacity;
    struct ib_stop_time_record *stop_times;
    size_t n_stop_times, stop_times_capacity;

    /* Set by ib_run_record_derive: */
    const char *name;     /* label and residency */
    const char *problem;  /* cases of one problem do the same work and are ranked against each other */
    const char *training; /* the problem without the type of its arithmetic */
    const char *series;   /* tells it from the others of its model and data set */
    bool ranked;          /* verified, its copies as expected, on a real device */
    enum ib_truth as_expected;
    struct ib_curve curve;
    const double *seconds; /* of each loss of the curve; NULL: unknown */
    struct ib_epoch_times epoch_ns;
    double phases_ns[IB_RUN_PHASES]; /* medians over the timed rounds */
    double
        breakdown_ns[IB_TIME_PART_COUNT]; /* of the median epoch on a device, by its profile; all NaN: none */
    struct ib_transfer_totals transfers, phase_transfers[IB_PHASE_COUNT];
    struct ib_process_summary process;
    struct ib_stop_summary *stop_summaries; /* n_stops of them */
};

struct ib_run_record {
    const char *id, *name; /* UTC start and 8 hexadecimal digits; of the configuration */
    const char *started;   /* UTC, ISO 8601 */
    const char *finished;  /* NULL: still running, or killed */
    const char *config_text, *config_sha256, *version;
    const char *reference;        /* implementation that speed-ups are over; NULL: none was named */
    const char *const *selection; /* texts of -s and -x; ends with NULL; NULL: none */
    struct ib_machine machine;
    struct ib_case_record *cases;
    size_t n, capacity;
    struct ib_arena arena;
};

/* Derives what is set out above, for all cases together. May be called again after more has been measured. */
void ib_run_record_derive(struct ib_run_record *);
/* Sets what tables and charts call the cases; part of the above. */
void ib_run_record_name(struct ib_run_record *);
void ib_run_record_free(struct ib_run_record *);

/* For the store: marks all measurements of a case as unknown; returns the time of an epoch over its rounds.
 */
void ib_case_record_clear(struct ib_case_record *);
struct ib_epoch_times ib_epoch_times_of(const struct ib_case_record *);

/* By id; NULL: there is none. */
const struct ib_case_record *ib_run_record_find(const struct ib_run_record *, const char *id);

/* Is this case right, by its answer and by its copies, and timed? Simulated devices can be. */
bool ib_case_record_counts(const struct ib_case_record *);
/* Is its answer right? */
bool ib_case_record_verified(const struct ib_case_record *);

/* The end of what the first round that went wrong wrote to stderr, else the checked pass; NULL: nothing. */
const char *ib_case_record_stderr(const struct ib_case_record *);

/* An axis that is a number; NaN where it means nothing to the case. */
double ib_case_record_number(const struct ib_case_record *, enum ib_axis_kind);

#endif
