/* A case of a running sweep and how far it has come: its checked pass, then one timed pass a round, of
 * another algorithm then rounds of trainings up to its stops, then the runs of its whole process, each stored
 * as soon as it is done. After an interrupt a pass in flight is dropped. */
#ifndef IB_RUN_CASE_RUN_H
#define IB_RUN_CASE_RUN_H

#include "run/pass_context.h"
#include "store/resume.h"

struct ib_case_run {
    const struct ib_case *c;
    struct ib_case_progress progress; /* `final` is the answer that each round must repeat */
    double *samples;                  /* undisturbed times per epoch, progress.n_samples of max_rounds */
    bool asked;                       /* it is another algorithm, and there are losses to come down to: */
    double losses[IB_LOSS_TARGET_COUNT];
    struct ib_curve curve; /* of its checked pass, by its own word */
    struct ib_arena arena; /* of the samples, the answer and the curve */
};

/* progress: what an earlier run has done of it; NULL: nothing. Room for max_rounds rounds in all. */
void ib_case_run_open(struct ib_case_run *, const struct ib_case *, const struct ib_case_progress *progress,
                      uint64_t max_rounds);
void ib_case_run_close(struct ib_case_run *);

/* Errors are those of the store; a case that goes wrong is stored as such, and ends. */
enum ib_status ib_case_run_check(struct ib_case_run *, const struct ib_pass_context *, struct ib_store *);
enum ib_status ib_case_run_time(struct ib_case_run *, const struct ib_pass_context *, struct ib_store *,
                                uint64_t round);
/* The same round of two cases, timed by turns; `first` (0, 1) begins. */
enum ib_status ib_case_run_time_pair(struct ib_case_run *const[2], const struct ib_pass_context *const[2],
                                     struct ib_store *const[2], uint64_t round, uint64_t first);
/* The search for the stops of a case that is asked, and a round of trainings up to them. */
enum ib_status ib_case_run_search(struct ib_case_run *, const struct ib_pass_context *, struct ib_store *);
enum ib_status ib_case_run_stops(struct ib_case_run *, const struct ib_pass_context *, struct ib_store *,
                                 uint64_t round);
enum ib_status ib_case_run_process(struct ib_case_run *, const struct ib_pass_context *, struct ib_store *,
                                   uint64_t run);

#endif
