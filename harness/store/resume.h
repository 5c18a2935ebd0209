/* What an interrupted run already holds, so that it can go on and do nothing twice. */
#ifndef IB_STORE_RESUME_H
#define IB_STORE_RESUME_H

#include "store/store.h"

/* The newest folder in `runs` whose name begins with "NAME-" and whose run has this configuration; in the
 * arena. IB_EINVAL when there is none. */
enum ib_status ib_resume_find(struct ib_arena *, const char *runs, const struct ib_config *,
                              const char **out);

/* May the run in DIR go on with this configuration and these cases? IB_EINVAL says what differs: the first
 * changed line of the configuration, or a case that is new or gone (its data or its options changed). *empty:
 * the run was killed before its cases were written. */
enum ib_status ib_resume_check(const char *dir, const struct ib_config *, const struct ib_case *cases,
                               size_t n, bool *empty);

/* How far a case has come. */
struct ib_case_progress {
    bool ended; /* nothing is left to do: unavailable, or a pass went wrong */
    bool checked;
    uint64_t rounds;                            /* timed */
    uint64_t process_runs;                      /* of the whole process */
    bool searched;                              /* for the stops of another algorithm: */
    struct ib_stop stops[IB_LOSS_TARGET_COUNT]; /* without reasons */
    uint64_t stop_rounds;                       /* of trainings up to them */
    const double *samples; /* their times per epoch, undisturbed ones only; n_samples of them, in the arena */
    size_t n_samples;
    struct ib_final final; /* of the checked pass, in the arena */
};

/* The progress of each case, n of them, in order, as far as the run that the store goes on with tells. */
enum ib_status ib_resume_load(struct ib_store *, const struct ib_case *cases, size_t n, struct ib_arena *,
                              struct ib_case_progress *out);

#endif
