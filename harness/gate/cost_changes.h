/* What a process costs besides the time of its trainings, before and after a change: set-up, reading back,
 * predicting, peak memory, and the instructions of an epoch. */
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
    IB_COST_INSTRUCTIONS, /* the last */
    IB_COST_COUNT
};
extern const char
    *const ib_cost_names[IB_COST_COUNT]; /* set-up "reading back" … "instructions of an epoch" */

/* "12.3 ms", "1.21 MB", "1234567": a value of a cost in text[n], which is returned. */
const char *ib_cost_print(enum ib_cost, double value, char *text, size_t n);

struct ib_cost_change {
    double old, new;  /* median time in ns, the most bytes, or a number; NaN: unknown */
    double tolerated; /* growth */
    bool grew;        /* by more than that */
};

/* `paired`: the rounds of both were timed in pairs. Then a time has grown if the 95 % interval of the median
 * growth over the pairs, at least IB_INTERVAL_MIN, lies above what is tolerated. Otherwise the old one has
 * only its medians, of another day, and several times as much is tolerated. Times of simulated devices are
 * not compared. Instructions are, if the same source has counted them; if the rules tolerate no share of
 * them, they never have grown, and IB_INSTRUCTIONS_DIFFER is what counts as a difference. */
#define IB_INSTRUCTIONS_DIFFER 0.001
void ib_cost_changes(const struct ib_case_record *old_case, const struct ib_case_record *new_case,
                     bool paired, const struct ib_gate_rules *, struct ib_cost_change out[IB_COST_COUNT]);

#endif
