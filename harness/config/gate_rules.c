#include "config/gate_rules.h"

#include <math.h>

enum { PAIRS_MAX = 10000, BUDGET_MAX = 1000000, CONFIRM_MAX = 3 };
#define PHASE_MAX  3600000000000u
#define MEMORY_MAX (1ull << 50)

static const struct ib_word order_words[] = {{"random", IB_PAIRS_RANDOM}, {"abba", IB_PAIRS_ABBA}, {NULL, 0}};

/* 40 pairs: on a shared machine, where pair ratios scatter by 0.4 to 2.4 %, they detect a slowdown of 3 % in
 * one of 20 cases in more than 95 % of gates (results/gate-noise/README.md), in a minute and a half. */
const struct ib_gate_rules ib_gate_rules_default = {.pairs = 40,
                                                    .slowdown = 0.01,
                                                    .alpha = 0.01,
                                                    .confirm = 1,
                                                    .metrics = 0.001,
                                                    .mean = 0.05,
                                                    .setup = 0.5,
                                                    .answer = 0.5,
                                                    .phase_ns = 20000000,
                                                    .memory = 0.1,
                                                    .memory_bytes = 16 << 20,
                                                    .order = IB_PAIRS_RANDOM,
                                                    .seed = 1,
                                                    .h2d_per_epoch = IB_NO_BUDGET,
                                                    .d2h_per_epoch = IB_NO_BUDGET};

static enum ib_status read_limit(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                 const yaml_node_t *node, void *field)
{
    uint64_t value = 0;
    IB_TRY(ib_yaml_read_u64(doc, rule, node, &value));
    *(int64_t *)field = (int64_t)value;
    return IB_OK;
}

#define FIELD(key) .name = #key, .offset = offsetof(struct ib_gate_rules, key)
#define LIMIT                                                                                                \
    .schema = ib_yaml_u64_schema, .type = "integer", .allowed = "an integer from 0 to 1000000",              \
    .initial = "none"
_Static_assert(BUDGET_MAX == 1000000, "LIMIT says so");
static const struct ib_yaml_key budget_keys[] = {
    {FIELD(h2d_per_epoch), .read = read_limit, .max = BUDGET_MAX, LIMIT,
     .help = "maximum copies to the device", .example = "0"},
    {FIELD(d2h_per_epoch), .read = read_limit, .max = BUDGET_MAX, LIMIT,
     .help = "maximum copies from the device", .example = "1"},
    {.name = NULL},
};

static enum ib_status read_budget(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                  const yaml_node_t *map, void *field)
{
    return ib_yaml_read_map(doc, map, rule->name, budget_keys, field);
}

const struct ib_yaml_key ib_gate_keys[] = {
    {FIELD(pairs), .read = ib_yaml_read_u64, .min = 1, .max = PAIRS_MAX,
     .help = "timed pairs of old and new in a set", .example = "60"},
    {FIELD(slowdown), .read = ib_yaml_read_share, .help = "tolerated slowdown", .example = "2%"},
    {FIELD(mean), .read = ib_yaml_read_share,
     .help = "tolerated growth of the mean time, which shows what slows only some trainings or processes; at "
             "least slowdown",
     .example = "10%"},
    {FIELD(setup), .read = ib_yaml_read_share, .help = "tolerated growth of set-up, beyond phase_least",
     .example = "25%"},
    {FIELD(answer), .read = ib_yaml_read_share,
     .help = "tolerated growth of reading back and of predicting, beyond phase_least", .example = "25%"},
    {.name = "phase_least",
     .offset = offsetof(struct ib_gate_rules, phase_ns),
     .read = ib_yaml_read_duration,
     .min = 0,
     .max = PHASE_MAX,
     .help = "growth of set-up, reading back or predicting that never counts",
     .example = "100ms"},
    {FIELD(memory), .read = ib_yaml_read_share,
     .help = "tolerated growth of peak memory, beyond memory_least", .example = "25%"},
    {.name = "memory_least",
     .offset = offsetof(struct ib_gate_rules, memory_bytes),
     .read = ib_yaml_read_bytes,
     .min = 0,
     .max = MEMORY_MAX,
     .initial = "16MiB",
     .help = "growth of peak memory that never counts",
     .example = "64MiB"},
    {FIELD(alpha), .read = ib_yaml_read_share,
     .help = "probability of any false alarm, over all cases and sets", .example = "5%"},
    {FIELD(confirm), .read = ib_yaml_read_u64, .max = CONFIRM_MAX,
     .help = "additional sets of pairs that must agree before a case counts as slower", .example = "2"},
    {FIELD(metrics), .read = ib_yaml_read_share, .help = "tolerated relative change of a metric",
     .example = "1%"},
    {FIELD(instructions), .read = ib_yaml_read_share, .initial = "not counted",
     .help = "tolerated growth of the instructions of a training, which are counted then (see measure)",
     .example = "0.5%"},
    {FIELD(order), .read = ib_yaml_read_word, .words = order_words,
     .help = "whether old or new is timed first in a pair", .example = "abba"},
    {FIELD(seed), .read = ib_yaml_read_u64, .max = UINT64_MAX, .help = "seed of the random order",
     .example = "7"},
    {.name = "budget",
     .read = read_budget,
     .keys = budget_keys,
     .type = "map",
     .allowed = "the keys below",
     .initial = "none",
     .help = "maximum copies per epoch while data stay on the device",
     .example = "{h2d_per_epoch: 0, d2h_per_epoch: 1}"},
    {.name = NULL},
};

enum ib_status ib_gate_rules_read(const struct ib_yaml *doc, const char *key, const yaml_node_t *map,
                                  struct ib_gate_rules *rules)
{
    IB_TRY(ib_yaml_read_map(doc, map, key, ib_gate_keys, rules));
    rules->mean = fmax(rules->mean, rules->slowdown); /* a slower median raises the mean as well */
    return IB_OK;
}
