/* A case of a running sweep and its progress: a checked pass, then one timed pass per round, then (for
 * another algorithm) rounds of trainings up to its stops, then runs of the whole process. Each pass is stored
 * as soon as it is done. After an interrupt the current pass is dropped. */
#ifndef IB_RUN_CASE_RUN_H
#define IB_RUN_CASE_RUN_H

#include "run/pace.h"
#include "run/pass_context.h"
#include "run/run_progress.h"
#include "store/resume.h"

struct ib_case_run {
    const struct ib_case *c;
    struct ib_case_progress progress;
    struct ib_final final; /* the answer of the checked pass, during another pass that must repeat it */
    double *samples;       /* undisturbed times per epoch, progress.n_samples of them */
    struct ib_pace pace;   /* of the rounds of this process */
    bool resumed;          /* other rounds are an earlier process's */
    int futile_retries;    /* the last ones, which were disturbed as well */
    bool has_targets;      /* it is another algorithm, and its problem has target losses: */
    double losses[IB_LOSS_TARGET_COUNT];
    struct ib_curve curve; /* of its checked pass, as reported */
    struct ib_arena arena; /* of the samples and the curve */
};

/* Opens a case. progress: what an earlier run has done, possibly in more rounds; NULL: nothing. max_rounds:
 * the number of rounds of this run. */
void ib_case_run_open(struct ib_case_run *, const struct ib_case *, const struct ib_case_progress *progress,
                      uint64_t max_rounds);
void ib_case_run_close(struct ib_case_run *);

/* Run the checked pass, or one timed pass, which is repeated once if other work disturbed it
 * (measure->retries). Errors are those of the store and of the run's surroundings (run/surroundings.h); a
 * case that fails is stored as failed and ends. */
enum ib_status ib_case_run_check(struct ib_case_run *, const struct ib_pass_context *, struct ib_store *);
enum ib_status ib_case_run_time(struct ib_case_run *, const struct ib_pass_context *, struct ib_store *,
                                uint64_t round);
/* Times the same round of two cases in alternation; `first` (0 or 1) begins. */
enum ib_status ib_case_run_time_pair(struct ib_case_run *const[2], const struct ib_pass_context *const[2],
                                     struct ib_store *const[2], uint64_t round, uint64_t first);
/* Whether the confidence interval of the median is as narrow as requested: no more rounds are needed. */
bool ib_case_run_is_precise(const struct ib_case_run *, const struct ib_measure *);
/* How far the case is: rounds, median and interval; the other members are unchanged. */
void ib_case_run_progress(const struct ib_case_run *, const struct ib_measure *, struct ib_run_progress *out);
/* Whether the rounds took as long for what the case had not met before (run/pace.h). If not, the case becomes
 * untrusted. ib_case_run_time does this for the last round; after pairs it is for the caller to do. */
enum ib_status ib_case_run_judge_pace(struct ib_case_run *, const struct ib_pass_context *,
                                      struct ib_store *);
/* Search for the stops of a case with target losses, and run one round of trainings up to them. */
enum ib_status ib_case_run_search(struct ib_case_run *, const struct ib_pass_context *, struct ib_store *);
enum ib_status ib_case_run_stops(struct ib_case_run *, const struct ib_pass_context *, struct ib_store *,
                                 uint64_t round);
enum ib_status ib_case_run_process(struct ib_case_run *, const struct ib_pass_context *, struct ib_store *,
                                   uint64_t run);

#endif
