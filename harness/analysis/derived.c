#include "analysis/derived.h"

void ib_derive(struct ib_arena *arena, const json_t *record, struct ib_derived *out)
{
    const json_t *cases = json_object_get(record, "cases");
    out->n_taxes = ib_copy_taxes(arena, cases, &out->taxes);
    out->n_crossovers = ib_crossovers(arena, cases, &out->crossovers);
}

void ib_derived_export(json_t *record)
{
    struct ib_arena arena = {0};
    struct ib_derived derived;
    ib_derive(&arena, record, &derived);
    json_object_set_new(record, "copy_tax", ib_copy_tax_json(derived.taxes, derived.n_taxes));
    json_object_set_new(record, "crossover", ib_crossover_json(derived.crossovers, derived.n_crossovers));
    ib_arena_free(&arena);
}
