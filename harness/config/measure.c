#include "config/measure.h"

#include "stats/confidence_interval.h"

#include <stdlib.h>
#include <string.h>

#define MEGABYTE  1000000ull
#define US_NS     1000ull
#define MS_NS     1000000ull
#define SECOND_NS (1000 * MS_NS)
#define HOUR_NS   (3600 * SECOND_NS)

enum { ROUNDS_MAX = 100000 };

const struct ib_word ib_order_words[] = {
    {"interleaved", IB_INTERLEAVED}, {"abba", IB_ABBA}, {"block", IB_BLOCK}, {NULL, 0}};

const struct ib_measure ib_measure_default = {.warmup = 1,
                                              .rounds = 10,
                                              .retries = 5,
                                              .min_rounds = 10,
                                              .max_rounds = 10,
                                              .order = IB_INTERLEAVED,
                                              .timeout_ns = 60 * SECOND_NS,
                                              .oracle_budget_ns = 10 * SECOND_NS,
                                              .min_time_ns = 100 * MS_NS,
                                              .memory_by = IB_MEMORY_AUTO,
                                              .process_warmup = 1,
                                              .pin = IB_PIN_NONE};

/* ---- pin ---- */

/* Parses "3" or "0-3" at *text and advances it; false if malformed. */
static bool parse_range(const char **text, unsigned long *first, unsigned long *last)
{
    char *end;
    if (!strspn(*text, "0123456789"))
        return false;
    *first = *last = strtoul(*text, &end, 10);
    if (*end == '-') {
        if (!strspn(end + 1, "0123456789"))
            return false;
        *last = strtoul(end + 1, &end, 10);
    }
    *text = end;
    return *first <= *last && *last <= IB_PIN_CPU_MAX;
}

/* Parses "0,2-3" into in[IB_PIN_CPU_MAX + 1]; false if malformed. */
static bool parse_cpus(const char *text, bool *in)
{
    for (;; text++) {
        unsigned long first, last;
        if (!parse_range(&text, &first, &last))
            return false;
        for (unsigned long cpu = first; cpu <= last; cpu++)
            in[cpu] = true;
        if (*text != ',')
            return *text == '\0';
    }
}

static void keep_cpus(struct ib_arena *arena, const bool *in, struct ib_measure *out)
{
    uint32_t *cpus = ib_arena_alloc(arena, (IB_PIN_CPU_MAX + 1) * sizeof *cpus);
    out->n_cpus = 0;
    for (uint32_t cpu = 0; cpu <= IB_PIN_CPU_MAX; cpu++)
        if (in[cpu])
            cpus[out->n_cpus++] = cpu;
    out->cpus = cpus;
}

static const char pin_allowed[] = "auto, none or a list of CPUs from 0 to 1023 such as \"0,2-3\"";
_Static_assert(IB_PIN_CPU_MAX == 1023, "pin_allowed says so");

static enum ib_status read_pin(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                               const yaml_node_t *node, void *field)
{
    static const struct ib_word words[] = {{"none", IB_PIN_NONE}, {"auto", IB_PIN_AUTO}, {NULL, 0}};
    struct ib_measure *measure = field;
    bool in[IB_PIN_CPU_MAX + 1] = {false};
    const char *text = NULL;
    int word;
    IB_TRY(ib_yaml_scalar(doc, node, rule->name, false, pin_allowed, &text));
    if (ib_word_value(words, text, &word)) {
        measure->pin = (enum ib_pin)word;
        return IB_OK;
    }
    if (!parse_cpus(text, in))
        return ib_yaml_refuse(doc, node, rule->name, pin_allowed);
    measure->pin = IB_PIN_CPUS;
    keep_cpus(doc->arena, in, measure);
    return IB_OK;
}

static json_t *pin_schema(const struct ib_yaml_key *rule)
{
    (void)rule;
    return ib_schema_either(ib_schema_pattern("^(auto|none|[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*)$"),
                            ib_schema_integer(0, IB_PIN_CPU_MAX));
}

/* ---- whole_process ---- */

enum { WHOLE_RUNS = 5 }; /* odd, so that one of them is the median */

#define FIELD(key, field) .name = key, .offset = offsetof(struct ib_measure, field)
static const struct ib_yaml_key process_keys[] = {
    {FIELD("runs", process_runs), .read = ib_yaml_read_u64, .min = 1, .max = ROUNDS_MAX,
     .help = "timed runs of the whole process", .example = "5", .initial = "5"},
    {FIELD("warmup", process_warmup), .read = ib_yaml_read_u64, .max = 1000,
     .help = "untimed runs before the first timed one", .example = "2"},
    {.name = NULL},
};
static const struct ib_word switch_words[] = {{"true", 1}, {"false", 0}, {NULL, 0}};
static const char process_allowed[] = "true, false or a map such as {runs: 5, warmup: 1}";

/* Reads true, false, or a map with the number of runs. */
static enum ib_status read_process(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                   const yaml_node_t *node, void *field)
{
    static const struct ib_word words[] = {{"true", WHOLE_RUNS}, {"false", 0}, {NULL, 0}};
    struct ib_measure *measure = field;
    const char *text = NULL;
    int runs;
    if (node->type == YAML_MAPPING_NODE) {
        measure->process_runs = WHOLE_RUNS;
        return ib_yaml_read_map(doc, node, rule->name, process_keys, measure);
    }
    IB_TRY(ib_yaml_scalar(doc, node, rule->name, false, process_allowed, &text));
    if (!ib_word_value(words, text, &runs))
        return ib_yaml_refuse(doc, node, rule->name, process_allowed);
    measure->process_runs = (uint64_t)runs;
    return IB_OK;
}

static json_t *process_schema(const struct ib_yaml_key *rule)
{
    return ib_schema_either(ib_schema_words(switch_words),
                            ib_yaml_map_schema(rule->keys, &ib_measure_default));
}

/* ---- Everything ---- */

const struct ib_yaml_key ib_measure_keys[] = {
    {FIELD("warmup", warmup), .read = ib_yaml_read_u64, .max = 1000,
     .help = "untimed trainings in each worker before the timed one", .example = "2"},
    {FIELD("rounds", rounds), .read = ib_yaml_read_u64, .min = 1, .max = ROUNDS_MAX,
     .help = "timed rounds per case, each in its own process; with `precision`, the maximum",
     .example = "20"},
    {FIELD("retries", retries), .read = ib_yaml_read_u64, .max = ROUNDS_MAX, .initial = "half of `rounds`",
     .help = "maximum rounds of a case that are timed once more because other work disturbed them",
     .example = "20"},
    {FIELD("precision", precision), .read = ib_yaml_read_share, .initial = "none",
     .help = "a case stops early once half the confidence interval of its median is at most this share of "
             "the median",
     .example = "1%"},
    {FIELD("min_rounds", min_rounds), .read = ib_yaml_read_u64, .min = 1, .max = ROUNDS_MAX, .initial = "6",
     .help = "minimum rounds before a case may stop early; only with `precision`", .example = "8"},
    {FIELD("max_rounds", max_rounds), .read = ib_yaml_read_u64, .min = 1, .max = ROUNDS_MAX,
     .initial = "`rounds`", .help = "alias for `rounds` when `precision` is set", .example = "40"},
    {FIELD("order", order), .read = ib_yaml_read_word, .words = ib_order_words,
     .help =
         "order of the timed rounds: cases shuffled in each round, in alternating direction, or case by case",
     .example = "abba"},
    {FIELD("min_time", min_time_ns), .read = ib_yaml_read_duration, .max = HOUR_NS,
     .help = "a round repeats its training until this much time has been measured", .example = "0.5s"},
    {FIELD("timeout", timeout_ns), .read = ib_yaml_read_duration, .min = MS_NS, .max = 24 * HOUR_NS,
     .help = "time limit of one request to a worker, such as a training", .example = "10m"},
    {FIELD("memory", memory_bytes), .read = ib_yaml_read_bytes, .min = MEGABYTE, .max = MEGABYTE << 30,
     .initial = "no limit", .help = "memory limit of a worker; shared pages count only in part",
     .example = "2GB"},
    {FIELD("memory_by", memory_by), .read = ib_yaml_read_word, .words = ib_memory_by_words,
     .help = "how `memory` is enforced: by a cgroup, by polling, or by a cgroup if one can be created",
     .example = "polling"},
    {FIELD("sandbox", sandbox), .read = ib_yaml_read_word, .words = switch_words,
     .help = "confine implementations to their own files, without network, signals to others or privileges",
     .example = "true"},
    {FIELD("energy", energy), .read = ib_yaml_read_word, .words = switch_words,
     .help = "also measure the energy of an epoch, where the processor or the device counts it",
     .example = "true"},
    {FIELD("instructions", instructions), .read = ib_yaml_read_word, .words = switch_words,
     .help = "also count the instructions of a training in host memory, by the processor or by valgrind",
     .example = "true"},
    {FIELD("oracle_budget", oracle_budget_ns), .read = ib_yaml_read_duration, .min = US_NS, .max = HOUR_NS,
     .help = "time limit of one reference training; beyond it, fewer epochs are verified", .example = "1m"},
    {.name = "pin",
     .read = read_pin,
     .schema = pin_schema,
     .type = "word or list of CPUs",
     .allowed = pin_allowed,
     .initial = "none",
     .help = "CPUs that workers may use",
     .example = "\"0,2-3\""},
    {.name = "whole_process",
     .read = read_process,
     .keys = process_keys,
     .schema = process_schema,
     .type = "true, false or map",
     .allowed = process_allowed,
     .initial = "false",
     .help = "also time whole processes, with hyperfine",
     .example = "true"},
    {.name = NULL},
};

static enum ib_status refuse_without_precision(const struct ib_yaml *doc, const yaml_node_t *map)
{
    static const char *const stopping[] = {"min_rounds", "max_rounds"};
    for (size_t i = 0; i < 2; i++) {
        const yaml_node_t *node = ib_yaml_find(doc, map, stopping[i]);
        if (node)
            return ib_yaml_fail(doc, node, stopping[i],
                                "has no effect without `precision`; every case gets `rounds`");
    }
    return IB_OK;
}

/* Derives the minimum and maximum number of rounds. */
static enum ib_status set_rounds(const struct ib_yaml *doc, const yaml_node_t *map, struct ib_measure *m)
{
    const yaml_node_t *precision = ib_yaml_find(doc, map, "precision");
    const yaml_node_t *least = ib_yaml_find(doc, map, "min_rounds");
    const yaml_node_t *most = ib_yaml_find(doc, map, "max_rounds");
    if (!precision) {
        m->min_rounds = m->max_rounds = m->rounds;
        return refuse_without_precision(doc, map);
    }
    if (most && ib_yaml_find(doc, map, "rounds"))
        return ib_yaml_fail(doc, most, "max_rounds",
                            "means the same as `rounds` when `precision` is set; give only one of them");
    if (most)
        m->rounds = m->max_rounds;
    m->max_rounds = m->rounds;
    if (m->max_rounds < IB_INTERVAL_MIN)
        return ib_yaml_fail(doc, precision, "precision",
                            "needs at least %d rounds, but at most %llu are allowed", IB_INTERVAL_MIN,
                            (unsigned long long)m->max_rounds);
    if (!least)
        m->min_rounds = IB_INTERVAL_MIN;
    if (m->min_rounds > m->max_rounds)
        return ib_yaml_fail(doc, least, "min_rounds", "`%llu` exceeds the maximum of %llu rounds",
                            (unsigned long long)m->min_rounds, (unsigned long long)m->max_rounds);
    return IB_OK;
}

enum ib_status ib_measure_read(const struct ib_yaml *doc, const char *key, const yaml_node_t *map,
                               struct ib_measure *measure)
{
    IB_TRY(ib_yaml_read_map(doc, map, key, ib_measure_keys, measure));
    IB_TRY(set_rounds(doc, map, measure));
    if (!ib_yaml_find(doc, map, "retries"))
        measure->retries = (measure->rounds + 1) / 2;
    return IB_OK;
}
