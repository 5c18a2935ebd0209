/* What two sets of times say: a ratio with its interval, a verdict, and how many rounds would settle it. */
#ifndef IB_GATE_SPEED_VERDICT_H
#define IB_GATE_SPEED_VERDICT_H

#include "store/run_record.h"

enum ib_speed_verdict { IB_SAME = 1, IB_FASTER, IB_SLOWER, IB_AMBIGUOUS };
extern const struct ib_word ib_speed_words[]; /* SAME FASTER SLOWER AMBIGUOUS */

enum { IB_SPEED_MIN_ROUNDS = 6 }; /* fewer give no 95 % interval */

/* A new time over an old one. */
struct ib_speed {
    enum ib_speed_verdict verdict;
    double ratio, low, high; /* 95 % interval; NaN: not known */
    size_t n;                /* rounds, or pairs of them */
    double needed;           /* rounds that would settle what is ambiguous; NaN: none, or not known */
    const char *reason;      /* why it is ambiguous; NULL else */
};

/* Two runs of a case that were not interleaved. Beyond the noise within each run, which the interval knows,
 * machines drift between runs, which it cannot: so a difference within `margin` (0.03 for 3 %) either way
 * counts as none. */
struct ib_speed ib_speed_unpaired(const struct ib_case_record *old_case,
                                  const struct ib_case_record *new_case, double margin);

/* How many of n rounds it takes to shrink half an interval (logarithms) to the distance of its median from
 * the nearest of two limits. NaN: it lies on the limit, or nothing is known. */
double ib_rounds_needed(size_t n, double median, double low, double high, double floor, double ceiling);

#endif
