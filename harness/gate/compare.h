/* Compares two stored runs. */
#ifndef IB_GATE_COMPARE_H
#define IB_GATE_COMPARE_H

#include "gate/cost_changes.h"
#include "gate/record_diff.h"
#include "gate/speed_verdict.h"

#define IB_COMPARE_MARGIN    0.03  /* a machine drifts by 2 to 4 % between runs minutes apart */
#define IB_COMPARE_TOLERANCE 0.001 /* relative, for metrics */

/* A case that both runs have. */
struct ib_compared_case {
    const struct ib_case_record *old_case, *new_case;
    struct ib_speed speed;
    struct ib_differences metrics, copies;
    struct ib_cost_change costs[IB_COST_COUNT];
    const char *old_libraries, *new_libraries; /* "" if there are none */
};

struct ib_case_list {
    const struct ib_case_record **list;
    size_t n;
};

struct ib_comparison {
    const struct ib_run_record *old_run, *new_run;
    bool same_run; /* old and new are the same run */
    bool machines; /* a run has several, and a case is compared only with that of the same machine */
    double margin;
    struct ib_text_differences differences; /* between the machines */
    struct ib_compared_case *cases;         /* matched by id, in the order of the new run */
    size_t n;
    struct ib_case_list only_old, only_new;
};

/* Speed changes within `margin`, a share, count as none. The records must outlive the comparison. */
void ib_compare(struct ib_arena *, const struct ib_run_record *old_run, const struct ib_run_record *new_run,
                double margin, struct ib_comparison *out);

#endif
