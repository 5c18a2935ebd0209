/* The self-test of the gate on this machine: measured by `ironbench selftest`, kept in a file of the user's
 * cache folder, shown by doctor, and used by the gate to say what it will be able to see. */
#ifndef IB_GATE_SELFTEST_H
#define IB_GATE_SELFTEST_H

#include "gate/noise.h"
#include "machine/kept.h"

struct ib_selftest_level {
    struct ib_paired_ratio ratio;  /* measured */
    struct ib_noise_rate rate;     /* of replayed gates; level 0: false alarms */
    struct ib_noise_rate measured; /* gates as measured */
};

/* What a number of pairs finds. */
struct ib_selftest_cost {
    uint64_t pairs;
    struct ib_noise_least least;
    double minutes; /* of a gate of the measured cases in which nothing is suspected */
};

enum { IB_SELFTEST_COSTS = 4 };

struct ib_selftest {
    const char *path, *measured; /* measured: UTC, ISO 8601 */
    double seconds;              /* that measuring took */
    struct ib_noise noise;
    const struct ib_gate_rules *rules; /* that it was judged by: the defaults */
    struct ib_selftest_level *levels;  /* noise.n_levels */
    struct ib_noise_least least;
    struct ib_selftest_cost costs[IB_SELFTEST_COSTS]; /* by number of pairs */
};

/* The file, or IRONBENCH_SELFTEST (machine/kept.h). */
const char *ib_selftest_path(struct ib_arena *, const struct ib_machine *);

/* Judges what was measured in *noise; takes some seconds. Sets all but the path. */
void ib_selftest_judge(struct ib_arena *, const struct ib_noise *, double seconds, struct ib_selftest *out);

/* *why: a sentence about any state but the first, with the remedy. Memory is the arena's. Rates and costs are
 * as they were judged. */
enum ib_kept_state ib_selftest_load(struct ib_arena *, const struct ib_machine *, struct ib_selftest *out,
                                    const char **why);
/* Writes to its path, for this machine. IB_EIO. */
enum ib_status ib_selftest_save(const struct ib_selftest *, const struct ib_machine *);

/* results/selftest.schema.json; `rounds`: with all measured pairs, as in the file. */
json_t *ib_selftest_to_json(const struct ib_selftest *, const struct ib_machine *, bool rounds);

/* What a gate by these rules will see in a table of n cases: "On this machine, …". Takes a second or two. */
const char *ib_selftest_forecast(struct ib_arena *, const struct ib_selftest *, const struct ib_gate_rules *,
                                 size_t n_cases);

#endif
