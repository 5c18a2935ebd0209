/* The `measure` key: how often, for how long and in which order cases are timed. */
#ifndef IB_CONFIG_MEASURE_H
#define IB_CONFIG_MEASURE_H

#include "base/yaml_keys.h"
#include "parent/memory_limit.h"

/* The order of the timed passes. */
enum ib_order {
    IB_INTERLEAVED = 1, /* round by round, cases in random order */
    IB_ABBA,            /* round by round, cases in plan order and in reverse by turns */
    IB_BLOCK            /* case by case, all rounds of one before the next */
};
extern const struct ib_word ib_order_words[]; /* interleaved abba block */

/* Which CPUs a worker may use. */
enum ib_pin { IB_PIN_NONE = 1, IB_PIN_AUTO, IB_PIN_CPUS };
enum { IB_PIN_CPU_MAX = 1023 };

struct ib_measure {
    uint64_t warmup;                 /* untimed passes in each worker before the timed one */
    uint64_t rounds;                 /* of a case; with `precision` the maximum */
    uint64_t retries;                /* at most so many disturbed rounds of a case are timed once more */
    uint64_t min_rounds, max_rounds; /* both equal `rounds` without `precision` */
    double precision; /* from min_rounds on, a case stops once half the confidence interval of its median is
                         at most this share of the median: 0.01 for 1 %; 0: never */
    enum ib_order order;
    uint64_t timeout_ns;       /* of one request to a worker */
    uint64_t oracle_budget_ns; /* of one reference trajectory; beyond it, fewer epochs and single ones are
                                  verified */
    uint64_t min_time_ns;      /* a round repeats the training until this much has been timed */
    uint64_t memory_bytes;     /* limit of a worker; 0: none */
    enum ib_memory_by memory_by;
    int sandbox;             /* 1: implementations run in a sandbox (parent/worker_files.h) */
    int energy;              /* 1: the energy of timed trainings is measured */
    int instructions;        /* 1: those of a training are counted */
    uint64_t process_runs;   /* of the whole process, timed by hyperfine; 0: none */
    uint64_t process_warmup; /* untimed runs before the first timed one */
    enum ib_pin pin;
    const uint32_t *cpus; /* for IB_PIN_CPUS: n_cpus, ascending, without duplicates */
    size_t n_cpus;
};

extern const struct ib_measure ib_measure_default;
extern const struct ib_yaml_key ib_measure_keys[];

/* Reads the map into *measure, which must contain the defaults. */
enum ib_status ib_measure_read(const struct ib_yaml *, const char *key, const yaml_node_t *,
                               struct ib_measure *measure);

#endif
