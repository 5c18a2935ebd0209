/* What a gate meets on this machine: times of the same work in pairs, and of the same work with a little more
 * of it, measured as the gate measures; and how it judges them. */
#ifndef IB_GATE_NOISE_H
#define IB_GATE_NOISE_H

#include "analysis/paired_ratio.h"
#include "config/gate_rules.h"
#include "config/sweep.h"
#include "run/run.h"

/* One round of a pair: [0] may have more work than [1]. */
struct ib_noise_pair {
    double ns[2];   /* per epoch: the means of a process */
    double ratio;   /* [0] over [1], slice by slice */
    bool disturbed; /* something else had the processor, on either side */
};

struct ib_noise_case {
    const char *name;            /* "linreg cpu_naive" */
    struct ib_noise_pair *pairs; /* of level l in round r (both from 0): [l * n_rounds + r] */
};

struct ib_noise {
    double *planted; /* by level: 0.03 for 3 % more epochs; ascending, the first is 0 */
    size_t n_levels;
    struct ib_noise_case *cases;
    size_t n_cases, n_rounds;
    double pair_ns;   /* wall time of a pair with its processes */
    const char *left; /* cases that failed, and why; NULL: none */
};

enum { IB_NOISE_LEVELS = 16, IB_NOISE_ROUNDS_MIN = 20, IB_NOISE_ROUNDS_MAX = 4000 };

/* Measures the cases of a sweep for `seconds`, and at least IB_NOISE_ROUNDS_MIN rounds. Cases that differ in
 * their epochs alone belong together: the one with the fewest is what the others, and it itself, are timed
 * against. A training of 103 epochs that counts as one of 100 does 3 % more of the same work, on the same
 * data in the same place, by the same instructions: a plugin that was compiled anew, or data of another size,
 * would differ by more than that alone. After an interrupt *out is empty. IB_EINVAL: the sweep has no such
 * cases; IB_EUNAVAILABLE: none of them could be measured. */
enum ib_status ib_noise_measure(struct ib_arena *, const struct ib_sweep *, double seconds,
                                ib_run_progress_fn *, void *context, struct ib_noise *out);

/* ---- what the gate makes of it ---- */

struct ib_noise_rate {
    size_t n, k;      /* gates, and those that called a case slower */
    double low, high; /* interval of 95 % */
};

struct ib_noise_table {
    const struct ib_gate_rules *rules;
    size_t n_cases; /* of a gate; one of them is planted */
    size_t gates;   /* that are replayed */
    uint64_t seed;
};

/* Replays gates of a level: each draws its rounds anew from those measured, in blocks of neighbours (moving
 * block bootstrap: Künsch, Annals of Statistics 17, 1989), and its cases judge by the gate's own tests. Of
 * unchanged code, it is also drawn which of a pair is the new one, as the gate draws it. Level 0: false
 * alarms. The interval is that of Clopper and Pearson, over the gates alone. */
struct ib_noise_rate ib_noise_replay(const struct ib_noise *, const struct ib_noise_table *, size_t level);

/* Widens the interval by what another measurement might find: the rate is replayed from `again` samples of
 * the rounds (bootstrap). The sum of the two errors, since a replay has both. */
void ib_noise_widen(const struct ib_noise *, const struct ib_noise_table *, size_t level, size_t again,
                    struct ib_noise_rate *);

/* The same without drawing: gates of the rounds as they were measured, one after the other, each case planted
 * in turn. n = 0: too few rounds. Without an interval. */
struct ib_noise_rate ib_noise_as_measured(const struct ib_noise *, const struct ib_gate_rules *,
                                          size_t level);

/* Which slowdowns a gate finds in 95 of 100: an index of planted. n_levels: none of them. */
#define IB_NOISE_FOUND 0.95
struct ib_noise_least {
    size_t level;       /* the smallest of which, as of all larger ones, that many were found */
    size_t best, worst; /* the interval: by the upper and the lower ends of the rates */
};
struct ib_noise_least ib_noise_least(const struct ib_noise_rate *rates, size_t n_levels);

/* The median of the measured ratios of a level, over all cases, with its interval. */
struct ib_paired_ratio ib_noise_ratio(const struct ib_noise *, size_t level);

#endif
