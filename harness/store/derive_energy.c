/* What follows for a case from the energy of its rounds. */
#include "store/run_record.h"

#include <math.h>

/* Over the rounds that were timed, measured and not disturbed. */
struct sums {
    enum ib_energy_source source;
    size_t rounds;
    double joules, ns, epochs, trained_ns;
    uint64_t stretches;
    const char *reason; /* of the first round that was not measured */
};

static void add_round(const struct ib_case_record *c, const struct ib_round_record *r, struct sums *sum)
{
    const struct ib_energy_record *e = &r->energy;
    const double epochs = (double)r->repeats * (double)c->epochs;
    if (r->status != IB_CASE_OK || !e->source || isnan(e->joules) ||
        (sum->source && e->source != sum->source)) {
        sum->reason = sum->reason ? sum->reason : e->reason;
        return;
    }
    if (r->disturbed == IB_YES)
        return;
    sum->source = e->source;
    sum->rounds++;
    sum->joules += e->joules;
    sum->ns += (double)e->ns;
    sum->stretches += e->stretches;
    sum->epochs += epochs;
    sum->trained_ns += epochs * r->epoch_ns;
}

static const char *too_short(struct ib_arena *arena, const struct sums *sum, double least_ns)
{
    return ib_arena_print(arena,
                          "measured for %.3g s, in %llu stretches, by a counter that advances every %.0f ms: "
                          "%.3g s are needed for an error of %.0f %%",
                          sum->ns / 1e9, (unsigned long long)sum->stretches,
                          ib_energy_step_ns(sum->source) / 1e6, least_ns / 1e9, 100 * IB_ENERGY_ERROR);
}

/* Why the sums do not tell the energy of an epoch; NULL: they do. */
static const char *objection(struct ib_arena *arena, const struct sums *sum)
{
    const double least_ns = sum->source ? ib_energy_least_ns(sum->source, sum->stretches) : 0;
    if (!sum->rounds)
        return sum->reason ? sum->reason : "every round failed or was disturbed";
    if (!(sum->ns >= least_ns))
        return too_short(arena, sum, least_ns);
    if (!(sum->joules > 0))
        return "the counter stood still";
    if (sum->ns > (1 + IB_ENERGY_ERROR) * sum->trained_ns)
        return ib_arena_print(arena,
                              "of the time for which the counter was watched, %.0f %% were not training but "
                              "preparing the next one",
                              100 * (1 - sum->trained_ns / sum->ns));
    return NULL;
}

void ib_derive_energy(struct ib_arena *arena, struct ib_case_record *c)
{
    struct sums sum = {0};
    bool wanted = false;
    for (const struct ib_round_record *r = c->rounds; r < c->rounds + c->n_rounds; r++)
        if (r->epoch_ns > 0 && (r->energy.source || r->energy.reason)) {
            wanted = true;
            add_round(c, r, &sum);
        }
    c->energy = (struct ib_energy_summary){.wanted = wanted,
                                           .epoch_j = NAN,
                                           .source = sum.source,
                                           .rounds = sum.rounds,
                                           .measured_ns = sum.ns,
                                           .reason = wanted ? objection(arena, &sum) : NULL};
    if (wanted && !c->energy.reason)
        c->energy.epoch_j = sum.joules / sum.epochs;
}
