/* Compares two sets of times: a ratio with its interval, a verdict, and how many rounds a decision needs. */
#ifndef IB_GATE_SPEED_VERDICT_H
#define IB_GATE_SPEED_VERDICT_H

#include "store/run_record.h"

enum ib_speed_verdict { IB_SAME = 1, IB_FASTER, IB_SLOWER, IB_AMBIGUOUS };
extern const struct ib_word ib_speed_words[]; /* SAME FASTER SLOWER AMBIGUOUS */

/* A new time over an old one. */
struct ib_speed {
    enum ib_speed_verdict verdict;
    double ratio, low, high; /* with its 95 % interval; NaN: unknown */
    size_t n;                /* rounds, or pairs of them */
    double needed;           /* if ambiguous: rounds needed to decide; NaN: unknown */
    const char *reason;      /* why it is ambiguous, or NULL */
};

/* Compares two runs of a case that were not interleaved. The interval covers the noise within each run, but
 * not the machine's drift between them: a difference within `margin` (0.03 for 3 %) in either direction
 * counts as none. Disturbed samples are left out, unless too few others remain (ib_disturbed_too). If over a
 * third of the samples of either side were disturbed, only a large difference is told, as the machine was
 * busy. */
struct ib_speed ib_speed_unpaired(const struct ib_case_record *old_case,
                                  const struct ib_case_record *new_case, double margin);

/* How many rounds, instead of n, it takes to shrink half the interval (of logarithms) to the distance of its
 * median from the nearer of two limits. NaN: unknown, or more than 1000 times as many. */
double ib_rounds_needed(size_t n, double median, double low, double high, double floor, double ceiling);

#endif
