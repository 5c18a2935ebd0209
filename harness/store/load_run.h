/* Reading a run from its folder. */
#ifndef IB_STORE_LOAD_RUN_H
#define IB_STORE_LOAD_RUN_H

#include "store/run_record.h"

/* Reads DIR/run.sqlite, and derives what follows from it. IB_EINVAL: there is no run, or one of another
 * version. Nothing needs to be freed after a failure. */
enum ib_status ib_load_run(const char *dir, struct ib_run_record *out);
/* The same with samples in place of the rounds (struct ib_sample), which take a tenth of the memory. */
enum ib_status ib_load_run_samples(const char *dir, struct ib_run_record *out);
/* Reads what a comparison of two runs needs (gate/compare.h); the rest is unknown, also the names of series
 * and trainings. */
enum ib_status ib_load_run_compared(const char *dir, struct ib_run_record *out);
/* Adds the time lines of profiles, which older runs do not have, to a run that was read from DIR. */
enum ib_status ib_load_timelines(const char *dir, struct ib_run_record *);
/* Reads the run and its cases without their measurements, and derives nothing. */
enum ib_status ib_load_run_cases(const char *dir, struct ib_run_record *out);

#endif
