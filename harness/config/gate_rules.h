/* The `gate` key: how much a change may cost. */
#ifndef IB_CONFIG_GATE_RULES_H
#define IB_CONFIG_GATE_RULES_H

#include "base/yaml_keys.h"

/* Which of old and new is timed first in a pair. */
enum ib_pair_order { IB_PAIRS_RANDOM = 1, IB_PAIRS_ABBA };

enum { IB_NO_BUDGET = -1 };

struct ib_gate_rules {
    uint64_t pairs;      /* in each set */
    double slowdown;     /* tolerated: 0.01 for 1 % */
    double alpha;        /* probability of any false alarm in the whole table, all sets together */
    uint64_t confirm;    /* additional sets of pairs that must agree before a case counts as slower */
    double metrics;      /* tolerated relative change of a metric */
    double instructions; /* tolerated growth of their number; 0: they are neither counted nor judged */
    /* Tolerated growth, as a share: of the mean time, where `slowdown` is that of the median; of set-up; of
     * reading back and predicting; of peak memory. The last three only if it exceeds an amount as well. */
    double mean, setup, answer, memory;
    uint64_t phase_ns, memory_bytes; /* the amounts */
    enum ib_pair_order order;
    uint64_t seed; /* of the random order */
    /* Maximum copies per epoch while data stay on the device; IB_NO_BUDGET: whatever the transfer model
     * expects. */
    int64_t h2d_per_epoch, d2h_per_epoch;
};

extern const struct ib_gate_rules ib_gate_rules_default;
extern const struct ib_yaml_key ib_gate_keys[];

/* Reads the map into *rules, which must contain the defaults. */
enum ib_status ib_gate_rules_read(const struct ib_yaml *, const char *key, const yaml_node_t *,
                                  struct ib_gate_rules *rules);

#endif
