/* What parent and worker say to each other: one JSON object a line, on file descriptor 3 to the worker and 4
 * from it, each with a `type`. Arrays travel as paths of .npy files. Both sides use these functions, so they
 * cannot disagree.
 *
 *   worker: hello {version}              first of all
 *   parent: describe {plugin, tables_only} -> impls {impls: [...]}; probed too, unless tables_only
 *   parent: probe {plugin, impl}         -> impl {impl: {available, reason}}
 *   parent: libraries {plugin, impl}     -> impl {impl: {libraries}}
 *   parent: problem {…}                  -> ready
 *   parent: train {pass, epochs, …, out} -> done {…}, with loss.npy, NAME.npy of each parameter and
 *                                           predictions.npy in the folder `out`; or progress {epoch, loss} in
 *                                           between where log_every asks
 *   parent: oracle {…}                   -> done {epochs}, with loss.npy and params.npy, all parameters after
 *                                           another; of a single step the gradient's sketch in their place
 *   parent: check {part, …}              -> checked {…} of worker/check_worker.h, or progress {epoch} in
 * between: the number of the trial that begins worker: error {status, message}      instead of any answer The
 * end of the parent's stream ends the worker. What a external program must say of all this, and the one
 * message that is its own (`trained`), stands in impls/PROTOCOL.md. */
#ifndef IB_PROTOCOL_MESSAGES_H
#define IB_PROTOCOL_MESSAGES_H

#include "core/outcome.h"
#include "ironbench/tracer.h"
#include "oracle/oracle.h"
#include "protocol/driver_counters.h"
#include "train/dispatch.h"

#include <jansson.h>

enum { IB_PROTOCOL_VERSION = 1, IB_PROTOCOL_IN = 3, IB_PROTOCOL_OUT = 4 };

/* One JSON line to a descriptor. */
enum ib_status ib_protocol_write(int fd, const json_t *message);

/* A problem as it travels. Strings belong to whoever made it. */
struct ib_job {
    const char *impl, *plugin;         /* plugin: path, NULL for a built-in */
    const struct ib_setting *settings; /* the implementation's options as given */
    size_t n_settings;
    enum ib_residency residency;
    const char *model;
    struct ib_training_spec spec; /* its type is that of the arrays */
    bool watched;                 /* by the implementation's tracer, where there is one */
    const char *x, *y, *x_test;   /* paths */
    char param_name[IB_MAX_PARAMS][8];
    const char *start[IB_MAX_PARAMS]; /* paths */
};

json_t *ib_job_to_json(const struct ib_job *, const char *type);
/* Strings of *out live in the message, settings in the arena. IB_EINVAL names the field that is missing or
 * wrong. */
enum ib_status ib_job_from_json(const json_t *message, struct ib_arena *, struct ib_job *out);

enum ib_pass_kind { IB_PASS_CHECKED = 1, IB_PASS_PROFILED, IB_PASS_TIMED };
extern const struct ib_word ib_pass_words[]; /* checked profiled timed */

struct ib_train_request {
    enum ib_pass_kind pass;
    uint64_t epochs, log_every;
    uint64_t min_time_ns; /* timed: repeat the training until this much has been timed */
    uint64_t warmup;      /* timed: untimed passes before */
    const char *out;      /* folder for the arrays */
};

json_t *ib_train_request_to_json(const struct ib_train_request *);
enum ib_status ib_train_request_from_json(const json_t *message, struct ib_train_request *out);

/* What an `oracle` request says besides the job. */
struct ib_oracle_request {
    uint64_t epochs, budget_ns;
    struct ib_arithmetic arithmetic;
    bool step; /* only the loss of epoch 1, and its gradient's sketch */
    const char *out;
};

json_t *ib_oracle_request_to_json(const struct ib_job *, const struct ib_oracle_request *);
enum ib_status ib_oracle_request_from_json(const json_t *message, struct ib_oracle_request *out);

struct ib_phases { /* wall time by phase; train is that of one training */
    uint64_t load_ns, setup_ns, train_ns, readback_ns, predict_ns;
};

/* What a pass reports beside its arrays. */
struct ib_pass_result {
    uint64_t repeats;        /* trainings done */
    double median_ns;        /* the median of one */
    uint64_t trained_ns;     /* all of them together: wall time, */
    uint64_t thread_cpu_ns;  /* of which the calling thread had a processor, */
    uint64_t process_cpu_ns; /* and all threads together */
    bool external; /* by an external program: of the following only the set-up and training times are known,
                      and the thread is its first one */
    bool fused, fused_predict;
    struct ib_phases phases;
    struct ib_transfer_log transfer_log; /* of one training and its prediction */
    struct ib_traffic total;             /* everything since the implementation was opened */
    struct ib_driver_counters tracer;    /* of the same */
    bool health_known;
    struct ib_health health; /* of the device, over what was timed */
    bool profiled;
    struct ib_profile profile;
};

json_t *ib_pass_result_to_json(const struct ib_pass_result *);
enum ib_status ib_pass_result_from_json(const json_t *message, struct ib_pass_result *out);

#endif
