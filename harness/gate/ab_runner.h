/* Measures for a gate: one or two sides that run the same cases in sets of interleaved rounds, each side
 * stored as its own run. */
#ifndef IB_GATE_AB_RUNNER_H
#define IB_GATE_AB_RUNNER_H

#include "config/sweep.h"
#include "run/case_run.h"
#include "run/run.h"

/* Round r of both sides are a pair. */
struct ib_ab_side {
    struct ib_store *store;
    struct ib_pass_context context;
    struct ib_case_run *case_runs; /* one per case */
};

struct ib_ab_runner {
    const struct ib_config *config;
    size_t n; /* cases */
    struct ib_ab_side side[2];
    size_t n_sides;
    struct ib_workspace work;
    struct ib_oracle_cache oracle_cache;
    ib_run_progress_fn *progress; /* may be NULL */
    void *progress_context;
    uint64_t done, total; /* passes, so far and expected */
    struct ib_arena arena;
};

/* Describes a side: the name of its folder in DIR, the program that runs it, and its cases, as many as the
 * matrix has. */
struct ib_ab_side_plan {
    const char *name, *program;
    const struct ib_case *cases;
};

/* Creates the runs DIR/NAME, with room for max_rounds rounds. Must be closed even if this fails. */
enum ib_status ib_ab_runner_open(struct ib_ab_runner *, const struct ib_config *, const char *dir,
                                 const struct ib_ab_side_plan *plans, size_t n_sides, size_t n_cases,
                                 uint64_t max_rounds);
/* Runs the checked passes of all cases on all sides. */
enum ib_status ib_ab_runner_check(struct ib_ab_runner *);
/* Runs the rounds first … last of the chosen cases, in random order within each round; the order of the two
 * sides is random or ABBA. Skips cases that have ended on either side. */
enum ib_status ib_ab_runner_time(struct ib_ab_runner *, const bool *chosen, uint64_t first, uint64_t last);
/* Marks the runs as finished. */
enum ib_status ib_ab_runner_finish(struct ib_ab_runner *);
void ib_ab_runner_close(struct ib_ab_runner *);

#endif
