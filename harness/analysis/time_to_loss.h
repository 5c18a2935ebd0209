/* Time to accuracy: how long the trainings of one problem take to come down to a loss. Set-up is left out. */
#ifndef IB_ANALYSIS_TIME_TO_LOSS_H
#define IB_ANALYSIS_TIME_TO_LOSS_H

#include "base/arena.h"
#include "base/text.h"
#include "store/run_record.h"

#include <stdbool.h>

/* What a time was taken from. */
enum ib_time_by {
    IB_BY_NONE,
    IB_BY_EPOCHS, /* the first low loss of its checked pass, and the time of an epoch */
    IB_BY_STOPS,  /* trainings that end there, timed as such; their losses are those of what came back */
    IB_BY_ITSELF  /* another algorithm's own losses and seconds, that nobody looked into */
};
extern const struct ib_word ib_time_by_words[]; /* epochs stops itself */

/* NaN: the loss is never reached; in the seconds also: the time is not known. Of losses that were read, the
 * first that is low enough counts: in long trainings up to a thousandth of the epochs late. */
struct ib_time_to {
    double epoch; /* of another algorithm: iterations */
    double seconds;
    double low, high; /* by its interval: of the time per epoch, or of the seconds over the rounds */
    double at;        /* the epoch of the curve that stands for it in charts; NaN: none does */
    enum ib_time_by by;
    const char *reason; /* why it is not reached, where that needs words; NULL */
};

struct ib_loss_entry {
    const struct ib_case_record *record;
    bool ranked;
    struct ib_time_to at[IB_LOSS_TARGET_COUNT];
};

/* One problem: its reference is the first case that is right and trains by the contract's own algorithm. */
struct ib_loss_group {
    const char *problem;
    const struct ib_case_record *reference;
    struct ib_loss_targets targets; /* its losses */
    struct ib_loss_entry *entries;  /* those with a curve; ranked ones first, by the time to the last loss */
    size_t n, n_ranked;
};

/* Of each problem that has a reference whose loss goes down, in the order of the plan. Returns how many.
 *
 * The time of an epoch is its number times the median time of an epoch, as all trainings of a problem take
 * the same steps. Another algorithm was trained down to the very losses (`stops` of the record); where an old
 * or unfinished run knows nothing of that, it is taken at its word. */
size_t ib_loss_groups(struct ib_arena *, const struct ib_run_record *, struct ib_loss_group **out);

#endif
