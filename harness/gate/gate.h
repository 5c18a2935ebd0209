/* The gate: compares a sweep with an old build or a baseline, and lists the reasons to reject a change. */
#ifndef IB_GATE_GATE_H
#define IB_GATE_GATE_H

#include "config/sweep.h"
#include "gate/cost_changes.h"
#include "gate/record_diff.h"
#include "gate/slowdown_test.h"
#include "gate/speed_verdict.h"
#include "gate/violations.h"
#include "run/run.h"

/* What slowdowns do: fail the gate, be reported only, or be ignored. */
enum ib_gate_speed { IB_SPEED_GATES = 1, IB_SPEED_REPORTED, IB_SPEED_OFF };
extern const struct ib_word ib_gate_speed_words[]; /* gate report off */

struct ib_gate_request {
    const char *against;  /* a program or a plugin; NULL if baseline is set */
    const char *baseline; /* the name of a baseline; NULL if against is set */
    const char *out;      /* folder for both runs; NULL: they are deleted */
    bool allow_missing, strict;
    enum ib_gate_speed speed;
    ib_run_progress_fn *progress; /* may be NULL */
    void *progress_context;
};

struct ib_gate_case {
    const char *id, *name, *problem;
    enum ib_case_status status;
    enum ib_verdict verdict;
    double old_ns, new_ns; /* median time of an epoch; NaN: unknown */
    bool judged;           /* false: speed is not judged, for the reason in speed */
    struct ib_speed speed;
    struct ib_suspicion median, mean; /* see slowdown_test.h */
    double mean_ratio;
    struct ib_cost_change costs[IB_COST_COUNT]; /* unknown without an old case */
    struct ib_differences metrics, copies;
};

struct ib_gate_result {
    const struct ib_gate_request *request;
    const struct ib_gate_rules *rules;
    struct ib_text_differences differences; /* between this machine and that of the baseline */
    struct ib_gate_case *cases;             /* in the order of the sweep */
    size_t n;
    struct ib_violations violations; /* most serious first */
    int exit_status;
    struct ib_arena arena;
};

/* Sweep and request must outlive the result. After an interrupt, its exit status is IB_EXIT_INTERRUPTED and
 * the rest is empty. IB_EINVAL: the request or the configuration does not allow a gate. */
enum ib_status ib_gate(const struct ib_sweep *, const struct ib_gate_request *, struct ib_gate_result *out);
void ib_gate_result_free(struct ib_gate_result *);

#endif
