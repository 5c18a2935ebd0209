/* Records made by hand, for tests of what is derived from them: cases with chosen times. They keep their
 * addresses until the run, which starts from {0}, is freed. */
#ifndef MADE_RECORD_H
#define MADE_RECORD_H

#include "store/run_record.h"

enum { MADE_ROUNDS = 8, MADE_CASES = 64 };

/* Adds a right and ranked linreg case on the data set "made_ROWS" of ROWS × 32, one of at most MADE_CASES. It
 * takes `time_ns` an epoch, times a noise that all cases of a round share, times `spread` in every other
 * round; its median is said to be `time_ns`, with an interval of 10 % around it. */
struct ib_case_record *made_case(struct ib_run_record *, const char *label, enum ib_residency, uint64_t rows,
                                 double time_ns, double spread);

/* Gives a case these times, one a round from 1 on; `disturbed` has a bit for each. */
void made_rounds(struct ib_arena *, struct ib_case_record *, const double *times, size_t n,
                 unsigned disturbed);

/* Splits its epoch. */
void made_breakdown(struct ib_case_record *, double transfer, double sync, double compute, double launch);

#endif
