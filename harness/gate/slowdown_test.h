/* Decides whether a case is slower than before, from pairs of times taken within the same minutes: new and
 * old, or a case and its control, whose old ratio the baseline contains. */
#ifndef IB_GATE_SLOWDOWN_TEST_H
#define IB_GATE_SLOWDOWN_TEST_H

#include "config/gate_rules.h"
#include "gate/speed_verdict.h"

/* What the sets of pairs say about the median training, or about the mean of all. */
struct ib_suspicion {
    double p;         /* p-value of the first set, Holm-corrected over the table; NaN: not tested */
    double p_confirm; /* the largest p-value of the further sets; NaN: there were none */
    bool holds;       /* slower in all sets so far */
    bool arose;       /* slower in the first set */
};

/* A case and what it is paired with. Records and reason are borrowed. */
struct ib_slowdown_test {
    const struct ib_case_record *candidate, *reference; /* of the same rounds; NULL: speed is not judged */
    const char *reason;                                 /* why it is not judged */
    /* The order within each pair was random. Then, if nothing has changed, the signs of the logarithms are
     * independent, however the machine drifts from pair to pair. */
    bool randomised;
    bool meaningless; /* nothing to judge: the control itself, a simulated device, … */
    /* The logarithm of the old ratio, and its interval; 0 if the reference is the old side itself. */
    double old_log_ratio, old_low, old_high;
    double old_mean_high; /* the same for the ratio of the means: the interval's end; NaN: unknown */
    /* Set by ib_slowdown_tests_judge and ib_slowdown_tests_conclude: */
    struct ib_speed speed;
    /* The median does not show what slows only some trainings or processes: the mean does. */
    struct ib_suspicion median, mean;
    double mean_ratio; /* of the first set: trimmed over the pairs; NaN: unknown */
    bool faster;       /* in the first set, at alpha; never confirmed, as it does not affect the gate */
};

/* Whether the case is slower in all sets so far, by either test. */
bool ib_slowdown_test_suspects(const struct ib_slowdown_test *);

/* Excludes a case from the test: it is ambiguous for this reason, or meaningless. */
void ib_slowdown_test_leave(struct ib_slowdown_test *, bool meaningless, const char *reason);

/* Judges set `number` (from 0) of pairs, each of rules->pairs rounds, which count from 1. The first set finds
 * suspects among all cases; each further set keeps those that it confirms. */
void ib_slowdown_tests_judge(struct ib_slowdown_test *, size_t n, const struct ib_gate_rules *,
                             uint64_t number);
/* Sets the verdicts, after the last set. */
void ib_slowdown_tests_conclude(struct ib_slowdown_test *, size_t n, const struct ib_gate_rules *);

/* The significance level of each set: for the median, or for the mean, which share rules->alpha. A case must
 * be slower in all sets, which are independent, so that together they keep to their part. */
double ib_slowdown_test_level(const struct ib_gate_rules *, bool of_mean);

/* The smallest number of pairs that can detect a slowdown in a table of n cases. */
uint64_t ib_slowdown_test_least_pairs(const struct ib_gate_rules *, size_t n);

#endif
