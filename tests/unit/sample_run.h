/* A run with made-up answers, for tests of what stores, reads and renders runs: three models on three data
 * sets, ten implementations, right, wrong, crashed, unavailable and divergent cases, names and reasons full
 * of markup. */
#ifndef SAMPLE_RUN_H
#define SAMPLE_RUN_H

#include "store/store.h"

enum { SAMPLE_EPOCHS = 1000, SAMPLE_ROUNDS = 7, SAMPLE_WHOLE_RUNS = 5 };

/* Text that no table, Markdown or HTML may take for markup. */
#define SAMPLE_NASTY "<script>alert(\"1\")</script> & | `x` \\ * \033[31m"

/* One epoch of the implementation `speed` times slower than the fastest, in round 1 .. SAMPLE_ROUNDS. */
double sample_epoch_ns(double speed, uint64_t round);

/* Fills the folder `dir` through the store's functions; fails the test when one of them fails. */
void sample_run_create(const char *dir);
/* The same, not finished, its store still open. */
struct ib_store *sample_run_open(const char *dir);
/* A run of one case: cpu_naive, linreg on diabetes, in fewer rounds than an interval needs. */
void sample_run_create_single(const char *dir);

#endif
