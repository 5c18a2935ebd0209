#include "analysis/derived.h"

void ib_derive(struct ib_arena *arena, const json_t *record, struct ib_derived *out)
{
    const json_t *cases = json_object_get(record, "cases");
    out->n_overheads = ib_transfer_overheads(arena, cases, &out->overheads);
    out->n_crossovers = ib_crossovers(arena, cases, &out->crossovers);
    out->n_loss_groups = ib_loss_groups(arena, cases, &out->loss_groups);
}

static void export_times_to(json_t *cases, const struct ib_derived *derived)
{
    for (size_t i = 0; i < json_array_size(cases); i++)
        json_object_set_new(json_array_get(cases, i), "time_to", json_array());
    for (size_t r = 0; r < derived->n_loss_groups; r++) {
        const struct ib_loss_group *race = &derived->loss_groups[r];
        for (size_t i = 0; i < race->n; i++)
            json_object_set_new((json_t *)(uintptr_t)race->entries[i].record, "time_to",
                                ib_time_to_json(race, &race->entries[i]));
    }
    for (size_t i = 0; i < json_array_size(cases); i++) { /* last, as the races point into them */
        json_object_del(json_array_get(cases, i), "curve");
        json_object_del(json_array_get(cases, i), "stops");
    }
}

void ib_derived_export(json_t *record)
{
    struct ib_arena arena = {0};
    struct ib_derived derived;
    ib_derive(&arena, record, &derived);
    json_object_set_new(record, "transfer_overhead",
                        ib_transfer_overhead_json(derived.overheads, derived.n_overheads));
    json_object_set_new(record, "crossover", ib_crossover_json(derived.crossovers, derived.n_crossovers));
    export_times_to(json_object_get(record, "cases"), &derived);
    ib_arena_free(&arena);
}
