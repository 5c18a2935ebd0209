/* Is a case slower than before? Decided from pairs of times taken in the same minutes: new and old, or a case
 * and its control, whose old ratio the baseline keeps. */
#ifndef IB_GATE_SLOWDOWN_TEST_H
#define IB_GATE_SLOWDOWN_TEST_H

#include "config/gate_rules.h"
#include "gate/speed_verdict.h"

/* A case and what it is paired with. Records and reason are borrowed. */
struct ib_slowdown_test {
    const struct ib_case_record *candidate, *reference; /* of the same rounds; NULL: speed is not judged, */
    const char *reason;                                 /* for this reason */
    /* Which of a pair came first was drawn at random: then, if nothing has changed, the signs of the
     * logarithms are independent, whatever the machine does from pair to pair. */
    bool randomised;
    bool meaningless; /* there is nothing to judge: the control itself, a simulated device, … */
    /* The logarithm of the old ratio, and its interval; 0 where the reference is the old side itself. */
    double old_log_ratio, old_low, old_high;
    /* Found by ib_slowdown_tests_judge: */
    struct ib_speed speed;
    double p;         /* of the first set, by Holm over the table; NaN: not tested */
    double p_confirm; /* the largest of the further sets; NaN: there was none */
    bool faster;      /* in the first set, at alpha; it gates nothing, so no further set confirms it */
    bool suspect;     /* in all sets so far */
};

/* The logarithms of the ratios in a set of pairs, the rounds first … first + pairs - 1, in order; *n of them,
 * and the caller frees them. Pairs in which something else had the processor are left out. But all count
 * where fewer than a third, or than 6, would remain; and where the candidate was disturbed in more rounds
 * than the reference, by over a third of all pairs: then it may be its own doing, as with code that has begun
 * to sleep. NULL: out of memory. */
double *ib_slowdown_test_logs(const struct ib_case_record *candidate, const struct ib_case_record *reference,
                              uint64_t first, uint64_t pairs, size_t *n);

/* Judges nothing: ambiguous for this reason, or meaningless. */
void ib_slowdown_test_leave(struct ib_slowdown_test *, bool meaningless, const char *reason);

/* The sets of pairs, each of rules->pairs rounds from 1 on. Judges set `number` (from 0): the first finds
 * suspects among all cases, each further one keeps those that it finds, too. */
void ib_slowdown_tests_judge(struct ib_slowdown_test *, size_t n, const struct ib_gate_rules *,
                             uint64_t number);
/* The verdicts, after the last set. */
void ib_slowdown_tests_conclude(struct ib_slowdown_test *, size_t n, const struct ib_gate_rules *);

/* The level of each set: a case must be found in all of them, and they are independent, so that all sets
 * together keep to rules->alpha. */
double ib_slowdown_test_level(const struct ib_gate_rules *);

/* How few pairs could find anything in a table of n cases. */
uint64_t ib_slowdown_test_least_pairs(const struct ib_gate_rules *, size_t n);

#endif
