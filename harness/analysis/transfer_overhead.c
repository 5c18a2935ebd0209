#include "analysis/transfer_overhead.h"

#include "analysis/member.h"

#include <math.h>
#include <string.h>

/* What is compared of a case, looked up once. */
struct side {
    const json_t *record;
    const char *problem, *label;
};

/* The right ones among the cases of a residency. */
static size_t sides(const json_t *cases, const char *residency, struct side *out)
{
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *c = json_array_get(cases, i);
        if (strcmp(ib_member_text(c, "residency"), residency) == 0 && ib_case_counts(c))
            out[n++] = (struct side){c, ib_member_text(c, "problem"), ib_member_text(c, "label")};
    }
    return n;
}

size_t ib_transfer_overheads(struct ib_arena *arena, const json_t *cases, struct ib_transfer_overhead **out)
{
    const size_t n_cases = json_array_size(cases);
    struct side *copying = ib_arena_alloc(arena, n_cases * sizeof *copying),
                *resident = ib_arena_alloc(arena, n_cases * sizeof *resident);
    const size_t n_copying = sides(cases, "per_op", copying), n_resident = sides(cases, "resident", resident);
    struct ib_transfer_overhead *overheads = ib_arena_alloc(arena, n_copying * sizeof *overheads);
    size_t n = 0;
    for (size_t i = 0; i < n_copying; i++)
        for (size_t j = 0; j < n_resident; j++)
            if (strcmp(copying[i].label, resident[j].label) == 0 &&
                strcmp(copying[i].problem, resident[j].problem) == 0) {
                overheads[n++] = (struct ib_transfer_overhead){
                    .copying = copying[i].record,
                    .resident = resident[j].record,
                    .simulated = json_is_true(ib_member(copying[i].record, "simulated")),
                    .ratio = ib_paired_ratio_of(copying[i].record, resident[j].record)};
                break;
            }
    *out = overheads;
    return n;
}

static json_t *side_json(const json_t *c)
{
    const json_t *breakdown = ib_member(c, "time.breakdown_ns");
    return json_pack("{s:s, s:o, s:o}", "case", ib_member_text(c, "id"), "epoch_ns",
                     ib_json_number(ib_member_number(c, "time.epoch_ns.median")), "breakdown_ns",
                     json_is_object(breakdown) ? json_deep_copy(breakdown) : json_null());
}

json_t *ib_transfer_overhead_json(const struct ib_transfer_overhead *overheads, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        const json_t *c = overheads[i].copying;
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:o}", "problem",
                            ib_member_text(c, "problem"), "model", ib_member_text(c, "model"), "dataset",
                            ib_member_text(c, "dataset"), "label", ib_member_text(c, "label"), "simulated",
                            overheads[i].simulated, "ratio", ib_paired_ratio_json(&overheads[i].ratio),
                            "per_op", side_json(c), "resident", side_json(overheads[i].resident)));
    }
    return list;
}
