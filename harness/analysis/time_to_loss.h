/* Time to loss: how long the trainings of one problem take to reach a loss. Set-up is not included. */
#ifndef IB_ANALYSIS_TIME_TO_LOSS_H
#define IB_ANALYSIS_TIME_TO_LOSS_H

#include "base/arena.h"
#include "base/text.h"
#include "store/run_record.h"

#include <stdbool.h>

/* How a time was measured. */
enum ib_time_by {
    IB_BY_NONE,
    IB_BY_EPOCHS, /* the first epoch of the checked pass that reaches it, times the time of an epoch */
    IB_BY_STOPS,  /* timed trainings that stop there; their losses are those of the returned parameters */
    IB_BY_ITSELF  /* losses and seconds as reported by another algorithm, unchecked */
};
extern const struct ib_word ib_time_by_words[]; /* epochs stops itself */

/* NaN: the loss is never reached; seconds may also be unknown. The first loss read that is low enough counts;
 * in long trainings that may be up to a thousandth of the epochs late. */
struct ib_time_to {
    double epoch; /* for another algorithm: iterations */
    double seconds;
    double low, high; /* from the interval of the time per epoch, or of the seconds over the rounds */
    double at;        /* the epoch of the curve that marks it in charts; NaN: none */
    enum ib_time_by by;
    const char *reason; /* why it is not reached, or NULL */
};

struct ib_loss_entry {
    const struct ib_case_record *record;
    bool ranked;
    struct ib_time_to at[IB_LOSS_TARGET_COUNT];
};

/* The cases of one problem. Its reference is the first verified case that trains by the contract's algorithm.
 */
struct ib_loss_group {
    const char *problem;
    const struct ib_case_record *reference;
    struct ib_loss_targets targets; /* from the reference's losses */
    struct ib_loss_entry *entries;  /* cases with a curve; ranked ones first, by time to the last loss */
    size_t n, n_ranked;
};

/* The time of one case until its loss is at most this. */
struct ib_time_to ib_time_to_loss(const struct ib_case_record *, double loss);

/* Finds the group of each problem that has a reference whose loss decreases, in plan order. Returns how many.
 *
 * An epoch is reached after its number times the median time of an epoch, because all trainings of a problem
 * take the same steps. Another algorithm was trained to exactly these losses (`stops` of the record); in old
 * or unfinished runs without stops, its own report counts. */
size_t ib_loss_groups(struct ib_arena *, const struct ib_run_record *, struct ib_loss_group **out);

#endif
