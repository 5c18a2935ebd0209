/* What a process costs besides its trainings, before and after a change: set-up, reading back, predicting,
 * and peak memory. */
#ifndef IB_GATE_COST_CHANGES_H
#define IB_GATE_COST_CHANGES_H

#include "config/gate_rules.h"
#include "store/run_record.h"

enum ib_cost {
    IB_COST_SETUP,
    IB_COST_READBACK,
    IB_COST_PREDICT,
    IB_COST_MEMORY, /* the first that is no time */
    IB_COST_DEVICE_MEMORY,
    IB_COST_COUNT
};
extern const char
    *const ib_cost_names[IB_COST_COUNT]; /* set-up "reading back" … "peak memory of the device" */

struct ib_cost_change {
    double old, new;  /* median time in ns, or the most bytes; NaN: unknown */
    double tolerated; /* growth */
    bool grew;        /* by more than that */
};

/* `paired`: the rounds of both were timed in pairs. Then a time has grown if the 95 % interval of the median
 * growth over the pairs, at least IB_INTERVAL_MIN, lies above what is tolerated. Otherwise the old one has
 * only its medians, of another day, and several times as much is tolerated. Times of simulated devices are
 * not compared. */
void ib_cost_changes(const struct ib_case_record *old_case, const struct ib_case_record *new_case,
                     bool paired, const struct ib_gate_rules *, struct ib_cost_change out[IB_COST_COUNT]);

#endif
