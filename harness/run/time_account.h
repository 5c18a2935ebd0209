/* What a request took by its clock and outside of it, and whether training may be hidden there: decisions
 * without a clock of their own. A difference between two accounts may be noise, so that a verdict needs
 * several (run/time_proof.h). */
#ifndef IB_RUN_TIME_ACCOUNT_H
#define IB_RUN_TIME_ACCOUNT_H

#include "protocol/messages.h"

/* Where training may be done after the start parameters are known, and not by the clock. */
enum ib_outside_part {
    IB_OUTSIDE_RESTART,  /* while the parameters are set before a training */
    IB_OUTSIDE_READBACK, /* in the first readback, beyond what reading takes */
    IB_OUTSIDE_PREDICT,
    IB_OUTSIDE_AFTER, /* between `trained` and `done`, for external programs */
    IB_OUTSIDE_PARTS
};

struct ib_time_account {
    uint64_t epochs;                  /* of each training */
    bool external, changed, at_start; /* changed, at_start: see struct ib_outside */
    double trained_ns;                /* by the clock: the median training, */
    double mean_ns;                   /* the mean of all but the longest, */
    double least_ns;                  /* and of a single one what remains without waiting for a CPU */
    double wall_ns;                   /* the median training with all that it waited */
    double part_ns[IB_OUTSIDE_PARTS]; /* of the last training; restart: the median */
    double before_ns; /* opening, and what warm-up took beyond the same number of timed epochs */
};

struct ib_time_account ib_time_account_of(const struct ib_pass_result *, uint64_t epochs);

/* Leaves out what the runtime of a device may wait for a CPU after a training. */
void ib_forgive_waiting(struct ib_time_account *);

/* Whether the time outside matters in comparison with that of the training. */
bool ib_outside_matters(const struct ib_time_account *);
/* Whether more time passes outside than by the clock. */
bool ib_outside_dominates(const struct ib_time_account *);
/* How much more time one spends outside than the other, and in which part most of that. */
double ib_outside_difference_ns(const struct ib_time_account *, const struct ib_time_account *than,
                                enum ib_outside_part *most);
/* Whether the time outside of a longer training exceeds that of a shorter one by more than noise. Returns how
 * much, and in which part most of it; 0: it does not. */
double ib_outside_growth_ns(const struct ib_time_account *longer, const struct ib_time_account *shorter,
                            enum ib_outside_part *most);
/* How many times as long an epoch of the longer training takes, at least. */
double ib_epoch_ratio(const struct ib_time_account *longer, const struct ib_time_account *shorter);
/* Whether a ratio is more than noise. */
bool ib_epoch_ratio_exceeds(double ratio);
/* The number of epochs that a further training needs, to show work outside of the clock that is too short to
 * be seen in this one, or that was done in advance. 0: this one is long enough. At most IB_LENGTH_STEP times
 * as many, so that hidden work does not take long to show. */
enum { IB_LENGTH_STEP = 8 };
uint64_t ib_longer_epochs(const struct ib_time_account *first, const struct ib_time_account *last);
/* So many of these epochs as end within the limit, if they take as long as those of `last`; 0: not even twice
 * as many as those do. On a busy machine, a program of several threads may wait a hundred times as long as it
 * runs. */
uint64_t ib_epochs_within(const struct ib_time_account *last, uint64_t epochs, double limit_ns);

#endif
