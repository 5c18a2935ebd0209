/* `measure` of a configuration: how often, how long and in which order cases are timed. */
#ifndef IB_CONFIG_MEASURE_H
#define IB_CONFIG_MEASURE_H

#include "base/yaml_keys.h"
#include "parent/memory_limit.h"

/* Of the timed passes. */
enum ib_order {
    IB_INTERLEAVED = 1, /* round by round, the cases of a round in random order */
    IB_ABBA,            /* round by round, in the order of the plan and, every second round, in its reverse */
    IB_BLOCK            /* case by case, all rounds of one before the next */
};
extern const struct ib_word ib_order_words[]; /* interleaved abba block */

/* Which CPUs a worker may use. */
enum ib_pin { IB_PIN_NONE = 1, IB_PIN_AUTO, IB_PIN_CPUS };
enum { IB_PIN_CPU_MAX = 1023 };

struct ib_measure {
    uint64_t warmup;                 /* untimed passes in each worker before the timed one */
    uint64_t rounds;                 /* that a case gets, or gets at most: max_rounds */
    uint64_t min_rounds, max_rounds; /* both are `rounds` without `precision` */
    double precision; /* A case stops early, from min_rounds on, once half of its median's interval is at most
                         this part of the median: 0.01 for 1 %; 0: it never does */
    enum ib_order order;
    uint64_t timeout_ns;       /* of one request to a worker */
    uint64_t oracle_budget_ns; /* of one reference trajectory; past it, fewer epochs are
                                  verified, and single ones */
    uint64_t min_time_ns;      /* repeat the training within a round until this much has been timed */
    uint64_t memory_bytes;     /* that a worker may have to itself; 0: no limit */
    enum ib_memory_by memory_by;
    uint64_t process_runs;   /* of the whole process, timed from outside; 0: none */
    uint64_t process_warmup; /* runs of it before the first that is timed */
    enum ib_pin pin;
    const uint32_t *cpus; /* of IB_PIN_CPUS: n_cpus of them, ascending, each once */
    size_t n_cpus;
};

extern const struct ib_measure ib_measure_default;
extern const struct ib_yaml_key ib_measure_keys[];

/* Reads the map into *measure, which holds the defaults. */
enum ib_status ib_measure_read(const struct ib_yaml *, const char *key, const yaml_node_t *,
                               struct ib_measure *measure);

#endif
