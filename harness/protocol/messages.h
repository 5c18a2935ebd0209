/* The protocol between parent and worker: one JSON object per line, on file descriptor 3 to the worker and 4
 * from it, each with a `type`. Arrays are passed as paths of .npy files. Both sides use these functions.
 *
 *   worker: hello {version}                 first of all
 *   parent: describe {plugin, tables_only}  -> impls {impls: [...]}; probed as well, unless tables_only
 *   parent: probe {plugin, impl}            -> impl {impl: {available, reason}}
 *   parent: libraries {plugin, impl}        -> impl {impl: {libraries}}
 *   parent: problem {…}                     -> ready
 *   parent: train {pass, epochs, …, out}    -> done {…}, with loss.npy, NAME.npy of each array of the
 *                                              state (train/training_state.h) and predictions.npy in the
 *                                              folder `out`, and spread.npy if it has trained several times;
 * before that, progress {epoch, loss} as requested by log_every parent: oracle {…}                      ->
 * done {epochs}, with loss.npy and params.npy, which contains all parameters, or for a single step the
 * gradient's sketch parent: check {part, …}                 -> checked {…} of worker/check_worker.h; before
 * that, progress {epoch} with the number of each test that starts parent: limits {…}                      ->
 * limits {rates} of worker/limits_worker.h worker: error {status, message}         instead of any answer
 *
 * The worker exits when the parent closes its stream. impls/PROTOCOL.md specifies the subset for external
 * programs, and their additional message `trained`. */
#ifndef IB_PROTOCOL_MESSAGES_H
#define IB_PROTOCOL_MESSAGES_H

#include "core/case_status.h"
#include "core/energy.h"
#include "core/instructions.h"
#include "ironbench/tracer.h"
#include "oracle/oracle.h"
#include "protocol/driver_counters.h"
#include "train/dispatch.h"
#include "train/training_state.h"

#include <jansson.h>

enum { IB_PROTOCOL_VERSION = 1, IB_PROTOCOL_IN = 3, IB_PROTOCOL_OUT = 4 };

/* Writes one JSON line to a descriptor. IB_EIO. */
enum ib_status ib_protocol_write(int fd, const json_t *message);

/* A `problem` message. It does not own its strings. */
struct ib_job {
    const char *impl, *plugin;         /* plugin: path, NULL for a built-in */
    const struct ib_setting *settings; /* the implementation's options, if given */
    size_t n_settings;
    enum ib_residency residency;
    const char *model;
    struct ib_training_spec spec;     /* its dtype is that of the arrays */
    bool watched;                     /* use the implementation's tracer, if any */
    bool counted;                     /* its instructions will be counted */
    const char *x, *y, *x_test;       /* paths */
    const char *order;                /* likewise, of mini-batches: core/batches.h; else NULL */
    char state_name[IB_MAX_STATE][8]; /* by training_state.h, as are: */
    const char *start[IB_MAX_STATE];  /* paths */
};

/* Lists the files that a worker of the job reads, and returns their number. */
enum { IB_JOB_FILES = 4 + IB_MAX_STATE };
size_t ib_job_files(const struct ib_job *, const char *files[IB_JOB_FILES]);

json_t *ib_job_to_json(const struct ib_job *, const char *type);
/* The strings of *out live in the message, the settings in the arena. IB_EINVAL names the missing or
 * invalid field. */
enum ib_status ib_job_from_json(const json_t *message, struct ib_arena *, struct ib_job *out);

/* Counted: of its instructions; only workers are asked for it. */
enum ib_pass_kind { IB_PASS_CHECKED = 1, IB_PASS_PROFILED, IB_PASS_TIMED, IB_PASS_COUNTED };
extern const struct ib_word ib_pass_words[]; /* checked profiled timed counted */

struct ib_train_request {
    enum ib_pass_kind pass;
    uint64_t epochs, log_every;
    uint64_t min_time_ns; /* timed: repeat the training until this much time has been measured */
    uint64_t warmup;      /* timed: untimed passes first */
    const char *out;      /* folder for the arrays */
    uint64_t seed;        /* timed, to workers: of the variants that are trained; 0: the problem itself */
    bool energy;          /* timed, to workers: measure the energy of the trainings */
    uint64_t last_steps;  /* checked, of mini-batches: the last epoch ends after this many steps, and its loss
                             is  that of the last step alone; 0: it is a whole epoch */
};

json_t *ib_train_request_to_json(const struct ib_train_request *);
enum ib_status ib_train_request_from_json(const json_t *message, struct ib_train_request *out);

/* The fields of an `oracle` request in addition to the job. */
struct ib_oracle_request {
    uint64_t epochs, budget_ns;
    struct ib_arithmetic arithmetic;
    bool step; /* compute only the loss of a single step and its gradient's sketch */
    const char *out;
    uint64_t at_step; /* of that step: its number in the training, from 1 */
};

json_t *ib_oracle_request_to_json(const struct ib_job *, const struct ib_oracle_request *);
enum ib_status ib_oracle_request_from_json(const json_t *message, struct ib_oracle_request *out);

struct ib_phases { /* wall time by phase; train_ns is that of one training */
    uint64_t load_ns, setup_ns, train_ns, readback_ns, predict_ns;
};

/* What took time outside of the clock, by which it is found out whether the clock stopped too early. Of an
 * external program, only `opened` and `after` are known. */
struct ib_outside {
    bool known;             /* false: sent by an older version, which did not measure it */
    uint64_t opened_ns;     /* from the request `problem` to the answer, or from the start of a program */
    uint64_t warmup_ns;     /* all warm-up, and its epochs: */
    uint64_t warmup_epochs; /* it should take no longer than so many timed ones */
    uint64_t restart_ns;    /* median time of resetting the parameters before a training */
    uint64_t readback_ns;   /* the longest first readback after a training, */
    uint64_t idle_ns;       /* and the same again when there is nothing left to wait for */
    uint64_t after_ns;      /* from `trained` to `done` */
    bool changed;           /* the parameters read last differ from those read first */
    bool at_start;          /* the parameters are those that the training began with */
};

/* The result of a pass, except its arrays. */
struct ib_pass_result {
    uint64_t repeats;           /* number of trainings */
    double median_ns;           /* median time of a training */
    uint64_t first_ns;          /* time of the first training; 0: unknown */
    uint64_t longest_ns;        /* and of the longest one; 0: unknown */
    uint64_t trained_ns;        /* wall time of all trainings */
    uint64_t thread_cpu_ns;     /* CPU time of the calling thread */
    uint64_t process_cpu_ns;    /* CPU time of all threads */
    uint64_t request_ns;        /* by the worker's clock: from the request to this answer; 0: unknown */
    uint64_t device_peak_bytes; /* 0: unknown */
    uint64_t peak_bytes; /* of the worker's process, or of an external program's; 0: unknown. Set by the
                            parent */
    uint64_t asked_ns;   /* the same by the parent's clock, less what waiting for a CPU may have added on the
                            way; 0: unknown. Set by the parent, as is: */
    uint64_t waited_ns;  /* by the parent and the worker's first thread, for a CPU */
    bool external;       /* by an external program: below, only setup and training time are known; the calling
                            thread is its main thread */
    bool fused, fused_predict;
    struct ib_phases phases;
    struct ib_outside outside;        /* of timed passes */
    struct ib_traffic total;          /* since the implementation was opened */
    struct ib_driver_counters tracer; /* likewise */
    bool health_known;
    struct ib_health health;             /* of the device, during the timed trainings */
    struct ib_energy energy;             /* of the timed trainings, if asked for */
    struct ib_instructions instructions; /* of the training of a counted pass */
    bool profiled;
    struct ib_profile profile;           /* undefined unless profiled */
    struct ib_timeline timeline;         /* likewise: of one more epoch; its tensors are those of the log */
    struct ib_transfer_log transfer_log; /* of one training and prediction */
};

/* Sets all to zero, but for what is large and not in use. */
void ib_pass_result_clear(struct ib_pass_result *);
json_t *ib_pass_result_to_json(const struct ib_pass_result *);
enum ib_status ib_pass_result_from_json(const json_t *message, struct ib_pass_result *out);

#endif
