#include "gate/cost_changes.h"

#include "stats/confidence_interval.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Without pairs, a machine's drift and its load on another day are part of the difference. */
#define UNPAIRED_FACTOR 4.0

const char *const ib_cost_names[IB_COST_COUNT] = {"set-up",
                                                  "reading back",
                                                  "predicting",
                                                  "peak memory",
                                                  "peak memory of the device",
                                                  "instructions of an epoch"};

static double known(uint64_t value)
{
    return value ? (double)value : NAN;
}

/* ---- times ---- */

static uint64_t phase_of(const struct ib_round_record *round, enum ib_cost cost)
{
    switch (cost) {
    case IB_COST_SETUP:
        return round->phases.setup_ns;
    case IB_COST_READBACK:
        return round->phases.readback_ns;
    case IB_COST_PREDICT:
        return round->phases.predict_ns;
    case IB_COST_MEMORY:
    case IB_COST_DEVICE_MEMORY:
    case IB_COST_INSTRUCTIONS:
    case IB_COST_COUNT:
        break;
    }
    return 0;
}

static double time_of(const struct ib_case_record *c, enum ib_cost cost)
{
    static const enum ib_run_phase phases[] = {[IB_COST_SETUP] = IB_RUN_SETUP,
                                               [IB_COST_READBACK] = IB_RUN_READBACK,
                                               [IB_COST_PREDICT] = IB_RUN_PREDICT};
    return c->phases_ns[phases[cost]];
}

static double tolerated_ns(const struct ib_gate_rules *rules, enum ib_cost cost, double old)
{
    return fmax((cost == IB_COST_SETUP ? rules->setup : rules->answer) * old, (double)rules->phase_ns);
}

/* The growth beyond what is tolerated, pair by pair; returns how many. */
static size_t excesses(const struct ib_case_record *old_case, const struct ib_case_record *new_case,
                       const struct ib_gate_rules *rules, enum ib_cost cost, double *out)
{
    size_t n = 0, i = 0, j = 0;
    while (i < old_case->n_rounds && j < new_case->n_rounds) {
        const struct ib_round_record *a = &old_case->rounds[i], *b = &new_case->rounds[j];
        const double old = (double)phase_of(a, cost), new = (double)phase_of(b, cost);
        if (a->round == b->round && old > 0 && new > 0)
            out[n++] = new - old - tolerated_ns(rules, cost, old);
        i += a->round <= b->round;
        j += b->round <= a->round;
    }
    return n;
}

static bool pairs_exceed(const struct ib_case_record *old_case, const struct ib_case_record *new_case,
                         const struct ib_gate_rules *rules, enum ib_cost cost)
{
    double *list = malloc((new_case->n_rounds + 1) * sizeof *list), low = NAN, high;
    if (list)
        ib_median_interval(list, excesses(old_case, new_case, rules, cost, list), &low, &high);
    free(list);
    return low > 0;
}

static struct ib_cost_change time_change(const struct ib_case_record *old_case,
                                         const struct ib_case_record *new_case, bool paired,
                                         const struct ib_gate_rules *rules, enum ib_cost cost)
{
    struct ib_cost_change out = {.old = time_of(old_case, cost), .new = time_of(new_case, cost)};
    out.tolerated = (paired ? 1 : UNPAIRED_FACTOR) * tolerated_ns(rules, cost, out.old);
    if (!new_case->simulated)
        out.grew = paired ? pairs_exceed(old_case, new_case, rules, cost)
                          : new_case->n_rounds >= IB_INTERVAL_MIN && out.new - out.old > out.tolerated;
    return out;
}

/* ---- memory ---- */

static struct ib_cost_change memory_change(uint64_t old, uint64_t new, const struct ib_gate_rules *rules)
{
    struct ib_cost_change out = {.old = known(old), .new = known(new)};
    out.tolerated = fmax(rules->memory * out.old, (double)rules->memory_bytes);
    out.grew = out.new - out.old > out.tolerated;
    return out;
}

/* ---- instructions ---- */

static bool same_source(const struct ib_case_record *a, const struct ib_case_record *b)
{
    const char *left = a->check.instructions.source, *right = b->check.instructions.source;
    return left && right && strcmp(left, right) == 0;
}

static struct ib_cost_change instruction_change(const struct ib_case_record *old_case,
                                                const struct ib_case_record *new_case,
                                                const struct ib_gate_rules *rules)
{
    struct ib_cost_change out = {.old = NAN, .new = NAN, .tolerated = NAN};
    const bool judged = rules->instructions > 0;
    if (!same_source(old_case, new_case))
        return out;
    out.old = ib_instructions_of_epoch(&old_case->check.instructions);
    out.new = ib_instructions_of_epoch(&new_case->check.instructions);
    out.tolerated = (judged ? rules->instructions : IB_INSTRUCTIONS_DIFFER) * out.old;
    out.grew = judged && out.new - out.old > out.tolerated;
    return out;
}

const char *ib_cost_print(enum ib_cost cost, double value, char *text, size_t n)
{
    if (cost < IB_COST_MEMORY)
        return ib_print_ns(value, text, n);
    if (cost < IB_COST_INSTRUCTIONS)
        return ib_print_bytes(value, text, n);
    snprintf(text, n, "%.0f", value);
    return text;
}

void ib_cost_changes(const struct ib_case_record *old_case, const struct ib_case_record *new_case,
                     bool paired, const struct ib_gate_rules *rules, struct ib_cost_change out[IB_COST_COUNT])
{
    for (enum ib_cost cost = 0; cost < IB_COST_MEMORY; cost++)
        out[cost] = time_change(old_case, new_case, paired, rules, cost);
    out[IB_COST_MEMORY] = memory_change(old_case->peak_bytes, new_case->peak_bytes, rules);
    out[IB_COST_DEVICE_MEMORY] =
        memory_change(old_case->device_peak_bytes, new_case->device_peak_bytes, rules);
    out[IB_COST_INSTRUCTIONS] = instruction_change(old_case, new_case, rules);
}
