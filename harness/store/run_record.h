/* The record of a run, typed: the measurements of every case, and what is derived from them. A run in
 * progress fills it pass by pass (store.h), a finished one is loaded once (load_run.h); analysis, report,
 * gate and exit status read nothing else. Unknown numbers are NaN, unknown counts IB_NO_COUNT, unknown text
 * is NULL. All memory belongs to the record's arena. */
#ifndef IB_STORE_RUN_RECORD_H
#define IB_STORE_RUN_RECORD_H

#include "base/hash.h"
#include "base/truth.h"
#include "config/axes.h"
#include "core/shard.h"
#include "machine/machine_info.h"
#include "metrics/metric.h"
#include "parent/whole_process.h"
#include "protocol/messages.h"
#include "store/instruction_record.h"
#include "store/limit_record.h"
#include "store/profile_record.h"
#include "store/source_record.h"
#include "store/tracer_record.h"
#include "verify/convergence.h"
#include "verify/loss_targets.h"
#include "verify/verify.h"

enum { IB_NO_COUNT = -1 };

/* A round is timed in one slice, or in several that alternate with those of a paired case. */
enum { IB_MOST_SLICES = 12 };

/* ---- measurements ---- */

/* The checked pass. */
struct ib_check_record {
    enum ib_case_status status; /* 0: the case was not checked */
    const char *reason;
    const char *path;        /* ops, fused */
    struct ib_phases phases; /* 0: unknown */
    enum ib_verdict verdict;
    const char *verdict_reason; /* of a verdict other than ok */
    const char *reference; /* "oracle"; "oracle, first 200 epochs, epochs 1 and 10000 by 8 random vectors" */
    double loss_error, params_error, prediction_error; /* relative */
    uint64_t first_divergent_epoch;                    /* 0: none */
    struct ib_compared compared;                       /* what the verdict rests on */
    enum ib_convergence convergence;                   /* 0: unknown */
    uint64_t peak_bytes, device_peak_bytes;            /* see struct ib_round_record */
    enum ib_truth as_expected;                         /* its copies match the transfer model */
    struct ib_limit_record limit;
    struct ib_instruction_record instructions;
    const char *stderr_tail;
};

/* One loss of the curve. */
struct ib_loss_record {
    uint64_t epoch;       /* from 1 */
    double loss, seconds; /* seconds: since another algorithm began */
};

/* A prediction of a test row, as far as they are stored. */
struct ib_prediction_record {
    uint64_t row, output; /* from 0 */
    double actual,
        predicted; /* in the target's unit, or a class and its number or, of two, a score of class 1 */
};

/* The energy of the timed trainings of a round, if that was asked for. */
struct ib_energy_record {
    enum ib_energy_source source; /* 0: unknown, for the reason */
    double joules;                /* NaN: unknown */
    uint64_t ns,
        stretches; /* how long the counter was watched, from one reading to the next (core/energy.h) */
    const char *reason;
};

/* One timed pass. */
struct ib_round_record {
    uint64_t round; /* from 1 */
    enum ib_case_status status;
    const char *reason;
    uint64_t repeats;    /* trainings timed; 0: unknown */
    double epoch_ns;     /* time of all trainings / (repeats * epochs); NaN: none */
    double cpu_epoch_ns; /* the part of it in which the training thread had a processor */
    double discarded_ns; /* the time of a disturbed first try, which this one replaces; NaN: none */
    struct ib_phases phases;
    enum ib_truth as_expected;
    enum ib_truth disturbed; /* by other work on the processor, or by power and heat on the device */
    const double *slices;    /* median training / epochs of each slice, in order */
    size_t n_slices;
    enum ib_truth unseen; /* it trained a problem that the implementation had not seen */
    enum ib_truth traced; /* a tracer counted such a round before; no: it could not; unknown: not tried */
    uint64_t clock_mhz;   /* of the device; 0: unknown */
    /* The most memory in use at once, 0 if unknown: resident in the worker, or in the processes of an
     * external program together, with the mapped files that were read; and on the device, as far as its API
     * tells. */
    uint64_t peak_bytes, device_peak_bytes;
    const char *slowed; /* why the device was slowed down */
    struct ib_energy_record energy;
    const char *stderr_tail;
};

/* A round as far as its time goes. */
struct ib_sample {
    double epoch_ns, cpu_epoch_ns; /* as in struct ib_round_record */
    uint32_t round;
    enum ib_truth disturbed : 8;
    enum ib_case_status status : 8;
    bool retried : 1; /* it replaces a disturbed first try */
};

/* One run of the whole process, timed from outside. */
struct ib_process_run_record {
    uint64_t run; /* from 1 */
    double wall_ns, user_ns, system_ns;
    uint64_t parts_ns[IB_PROCESS_PART_COUNT]; /* by its own clock; 0: unknown */
};

/* A stop of another algorithm: the number of iterations after which it reaches a loss. */
struct ib_stop_record {
    uint64_t target; /* from 1, in ib_loss_target_shares */
    double loss;     /* to reach, on the training rows */
    uint64_t epochs; /* the fewest iterations found; 0: none */
    uint64_t trainings;
    const char *reason; /* why there are none; NULL: it never reaches the loss */
};

/* One training that ends at a stop. */
struct ib_stop_time_record {
    uint64_t round, target; /* both from 1 */
    double train_ns;        /* NaN: none, for the reason */
    double loss;            /* of the parameters that it returned */
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

/* ---- derived ---- */

/* The time of an epoch over the rounds that count (ib_disturbed_too); NaN: none. */
struct ib_epoch_times {
    double median, min, low, high; /* low, high: interval of the median, at least 95 %; NaN under 6 rounds */
    size_t n;                      /* rounds */
};

/* The energy of an epoch, from the sums over all rounds that were not disturbed. */
struct ib_energy_summary {
    bool wanted;                  /* it was asked for, and rounds were timed */
    double epoch_j;               /* NaN: unknown, for the reason */
    enum ib_energy_source source; /* 0: no round was measured */
    size_t rounds;                /* that were */
    double measured_ns;           /* in these, the time for which the counter was watched */
    const char *reason;
};

enum ib_run_phase { IB_RUN_LOAD, IB_RUN_SETUP, IB_RUN_TRAIN, IB_RUN_READBACK, IB_RUN_PREDICT, IB_RUN_PHASES };
extern const char *const ib_run_phase_names[IB_RUN_PHASES]; /* load setup train readback predict */

enum ib_time_part { IB_TIME_TRANSFER, IB_TIME_SYNC, IB_TIME_COMPUTE, IB_TIME_LAUNCH, IB_TIME_PART_COUNT };
extern const char *const ib_time_part_names[IB_TIME_PART_COUNT]; /* transfer sync compute launch */

/* Copies and calls of the newest timed pass, or of one of its phases; IB_NO_COUNT without a log. */
struct ib_transfer_totals {
    int64_t h2d_count, h2d_bytes, d2h_count, d2h_bytes, launches, syncs;
};

/* Who counts the copies of a case on a device. */
enum ib_counting {
    IB_UNCOUNTED_COPIES = 1, /* nothing that is independent of the implementation */
    IB_CLAIMED_COPIES,       /* only the implementation itself */
    IB_COUNTED_COPIES        /* a tracer */
};
extern const struct ib_word ib_counting_words[]; /* uncounted claimed counted */

/* Over the runs of the whole process. The parts are those of the median run (the lower one of an even
 * number); with the residual they add up to its wall time. */
struct ib_process_summary {
    size_t n;
    double wall_median_s, wall_min_s, wall_max_s, wall_mean_s, wall_deviation_s, user_s, system_s;
    uint64_t parts_ns[IB_PROCESS_PART_COUNT]; /* 0: unknown */
    double median_ns, residual_ns; /* of the median run: its wall time, the time outside the parts */
};

/* A stop with the times of its rounds. A round without a time counts as longer than all others. */
struct ib_stop_summary {
    const struct ib_stop_record *stop;
    size_t rounds, reached;
    double median_ns, low_ns, high_ns; /* NaN also if most rounds did not reach the loss */
    const char *reason;
};

struct ib_case_record {
    uint64_t number;   /* from 1, in the order of the plan */
    const char *id;    /* two cases have the same only on different machines */
    uint64_t part;     /* of the run, from 1 */
    uint64_t position; /* among all cases of the configuration, from 1 */
    const char
        *axis[IB_AXIS_COUNT]; /* as in a configuration ("6,6", "0.01"); NULL: the axis does not apply */
    enum ib_residency residency;
    enum ib_task task;
    const char *dataset_sha256;
    const char *dataset_guesses; /* how its file was read where the description says nothing; NULL */
    uint64_t rows, test_rows, cols, epochs; /* rows: for training */
    uint64_t classes;                       /* 0: a regression */
    const struct ib_setting *options;       /* those that differ from their default */
    size_t n_options;
    const char *label;     /* implementation and options, for people */
    const char *libraries; /* of the implementation: their versions, its device */
    bool simulated;        /* its times mean nothing and are never ranked */
    bool shortcut;         /* by fewer operations than the contract's steps, as it declares */
    const char *algorithm; /* other than gradient descent, so that it cannot be verified; NULL: that */

    enum ib_case_status status; /* the worst of all passes so far; 0: not run */
    const char *reason;         /* of a status other than ok */

    struct ib_check_record check;
    double metrics[IB_METRIC_COUNT];
    uint64_t metrics_known; /* bits of those that the program knew which wrote this record; 0: all */
    struct ib_loss_record *losses;
    size_t n_losses, losses_capacity;
    struct ib_prediction_record *predictions; /* by long_lists.h only */
    size_t n_predictions, predictions_capacity;
    struct ib_tracer_record *tracer; /* NULL: unknown, as without one (ib_case_record_tracer) */
    struct ib_profile_record profile;
    struct ib_round_record *rounds; /* NULL in a record of samples: it has `samples` in their place */
    size_t n_rounds, rounds_capacity;
    const struct ib_sample *samples; /* n_rounds of them; NULL: all is known of the rounds */
    const char *round_stderr;        /* in a record of samples: that of the first failed round */
    struct ib_copy_record *copies;   /* of the newest timed pass, phase by phase, the most bytes first */
    size_t n_copies, copies_capacity;
    struct ib_calls_record *calls;
    size_t n_calls, calls_capacity;
    const char *log_hash; /* of the transfer log that both came from, for the store; NULL: unknown */
    bool process_timed;   /* timing the whole process was wanted: there are runs or a reason */
    const char *process_source, *process_reason;
    struct ib_process_run_record *process_runs;
    size_t n_process_runs, process_runs_capacity;
    struct ib_stop_record *stops;
    size_t n_stops, stops_capacity;
    struct ib_stop_time_record *stop_times;
    size_t n_stop_times, stop_times_capacity;

    /* Set by ib_run_record_derive: */
    const char *machine;  /* name of its machine; NULL: unknown */
    const char *name;     /* label and residency */
    const char *problem;  /* cases of one problem do the same work, on one machine, and are ranked against
                             each other */
    const char *training; /* the problem without the type of its arithmetic */
    const char *series;   /* distinguishes it from the others of its model and data set */
    bool ranked;          /* verified, its copies as expected, on a real device */
    enum ib_truth as_expected;
    enum ib_counting counting;              /* 0: in host memory, or its copies are unknown */
    uint64_t peak_bytes, device_peak_bytes; /* of the timed rounds; without any, of the checked pass */
    struct ib_curve curve;
    const double *seconds; /* of each loss of the curve; NULL: unknown */
    struct ib_epoch_times epoch_ns;
    uint64_t steps;                  /* gradient steps of an epoch */
    double phases_ns[IB_RUN_PHASES]; /* medians over the timed rounds */
    double limit_share;              /* of the limit: least time of an epoch over its median; NaN: unknown */
    double breakdown_ns[IB_TIME_PART_COUNT]; /* of the median epoch on a device, by its profile; NaN: none */
    struct ib_transfer_totals transfers, train_transfers; /* of the pass, and of its training */
    struct ib_process_summary *process;                   /* NULL: there are no runs */
    struct ib_energy_summary energy;
    struct ib_stop_summary *stop_summaries; /* n_stops of them */
};

/* A part of a run, made by one process on one machine. */
struct ib_run_part {
    const char *id, *started, *finished, *version; /* of the run that it was before it was merged */
    const char *selection, *identities; /* as JSON: texts of -s and -x, what its times are of; NULL */
    const char *node;                   /* "a1", or "a1, a2" where it was resumed */
    const char *job;                    /* of a batch system: "Slurm 17_3" */
    struct ib_shard shard;
    const char *division; /* equal for the shards of one sweep; NULL: not a shard */
    struct ib_machine machine;
};

/* As a condition on the cases of a stored run (report/select_cases.h), and so in the titles of its tables. */
#define IB_MACHINE_SUBJECT "machine"

/* A machine of a run: parts with the same fingerprint are of one, since they should be equally fast. */
struct ib_run_machine {
    const char *name; /* of its first node by the alphabet, "a1+2" if there are more; without any, its
                         fingerprint */
    const struct ib_machine *description;
};

struct ib_run_record {
    const char *id, *name; /* id: UTC start and 8 hexadecimal digits; name: of the configuration */
    const char *started;   /* UTC, ISO 8601 */
    const char *finished;  /* NULL: still running, or killed */
    const char *config_text, *config_sha256, *version;
    const char *reference;        /* implementation that speed-ups are over; NULL: none was named */
    const char *const *selection; /* texts of -s and -x; ends with NULL; NULL: none */
    const char *shown;            /* NULL: all cases; else which: "4 of 12 cases, selected by -s dtype=f32" */
    struct ib_machine machine;    /* that of the first part */
    bool merged;
    struct ib_run_part *parts; /* one, unless it was merged */
    size_t n_parts;
    struct ib_run_machine *machines; /* in the order of their first parts */
    size_t n_machines;
    struct ib_source_record *sources; /* the configuration first; empty: not recorded */
    size_t n_sources, sources_capacity;
    struct ib_case_record *cases;
    size_t n, capacity;
    size_t *by_id; /* set by ib_run_record_derive: the indices of the cases, sorted by id */
    struct ib_arena arena;
};

/* Derives the fields above for all cases. May be called again after further measurements. */
void ib_run_record_derive(struct ib_run_record *);
/* Derives those that follow from the case alone; part of the above. */
void ib_case_record_derive(struct ib_arena *, struct ib_case_record *);
/* Derives them, and replaces the rounds by samples, whose memory is a tenth of theirs. */
void ib_case_record_reduce(struct ib_arena *, struct ib_case_record *);
/* The i-th round, in whichever way the record has it. */
struct ib_sample ib_case_record_sample(const struct ib_case_record *, size_t i);
/* Parts of the above: sort by_id; set the machines, and that of each case; set the names of the cases in
 * tables and charts, or all but training and series. */
void ib_run_record_index(struct ib_run_record *);
void ib_run_record_machines(struct ib_run_record *);
void ib_run_record_name(struct ib_run_record *);
void ib_run_record_name_problems(struct ib_run_record *);
/* Set transfers, train_transfers, as_expected and counting; and the peaks of the memory: parts of it, too. */
void ib_derive_copies(struct ib_case_record *);
void ib_derive_memory(struct ib_case_record *);
/* Set curve and seconds, once; epoch_ns and phases_ns; energy, whose texts live in the arena: other parts. */
void ib_derive_curve(struct ib_arena *, struct ib_case_record *);
void ib_derive_times(struct ib_case_record *, double *scratch);
void ib_derive_energy(struct ib_arena *, struct ib_case_record *);
void ib_run_record_free(struct ib_run_record *);

/* For the store: marks all measurements of a case as unknown; returns the time of an epoch over its rounds.
 */
void ib_case_record_clear(struct ib_case_record *);
struct ib_epoch_times ib_epoch_times_of(const struct ib_case_record *);

/* Rounds with a time; those of which it is known whether they were disturbed; and those that were. */
struct ib_disturbance {
    size_t timed, judged, disturbed;
};
struct ib_disturbance ib_case_record_disturbance(const struct ib_case_record *);
struct ib_disturbance ib_run_record_disturbance(const struct ib_run_record *); /* of all cases */

/* Whether disturbed rounds count too, where n_quiet of n rounds (or pairs of rounds) were not disturbed: only
 * if fewer than a third remain without them, or too few for an interval. */
bool ib_disturbed_too(size_t n, size_t n_quiet);

/* The repository that the code of a case comes from: that of its implementation if it has one, else that of
 * the configuration. NULL: not recorded. Its commit may still be unknown. */
const struct ib_source_record *ib_case_source(const struct ib_source_record *sources, size_t n,
                                              const struct ib_case_record *);

/* Finds a case by id; NULL: there is none. Where it was measured on several machines, the first of them. */
const struct ib_case_record *ib_run_record_find(const struct ib_run_record *, const char *id);
/* The same among the cases of the machine with this fingerprint. */
const struct ib_case_record *ib_run_record_find_on(const struct ib_run_record *, const char *id,
                                                   const char *fingerprint);

/* The machine that a case was measured on. */
const struct ib_machine *ib_machine_of(const struct ib_run_record *, const struct ib_case_record *);

/* Whether this case is verified, with copies as expected or unknown, and timed; true also for simulated ones.
 */
bool ib_case_record_counts(const struct ib_case_record *);
/* Whether its answer is right. */
bool ib_case_record_verified(const struct ib_case_record *);

/* The end of stderr of the first failed round, else of the checked pass; NULL: nothing was written. */
const char *ib_case_record_stderr(const struct ib_case_record *);

/* Its tracer; one without a source if there is none. */
const struct ib_tracer_record *ib_case_record_tracer(const struct ib_case_record *);
/* Copies and calls of one phase of the newest timed pass, added up from their lists. */
struct ib_transfer_totals ib_case_record_phase(const struct ib_case_record *, enum ib_phase);

/* A numeric axis; NaN if it does not apply. */
double ib_case_record_number(const struct ib_case_record *, enum ib_axis_kind);

#endif
