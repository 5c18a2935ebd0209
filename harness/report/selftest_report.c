#include "report/selftest_report.h"

#include "report/format.h"

#include <math.h>

static const char *percent(struct ib_arena *arena, double share)
{
    return ib_arena_print(arena, "%.3g %%", 100 * share);
}

static const char *planted(struct ib_arena *arena, const struct ib_noise *noise, size_t level)
{
    return level < noise->n_levels ? percent(arena, noise->planted[level]) : "none of these";
}

/* "3 %", or "3 % (2 % to 5 %)". */
static const char *least(struct ib_arena *arena, const struct ib_noise *noise, const struct ib_noise_least *l)
{
    const char *found = planted(arena, noise, l->level);
    return l->best == l->worst ? found
                               : ib_arena_print(arena, "%s (%s to %s)", found, planted(arena, noise, l->best),
                                                planted(arena, noise, l->worst));
}

static const char *rate(struct ib_arena *arena, const struct ib_noise_rate *r)
{
    return ib_arena_print(arena, "%.1f %% [%.1f, %.1f]", 100 * (double)r->k / (double)r->n, 100 * r->low,
                          100 * r->high);
}

static const char *longer(struct ib_arena *arena, const struct ib_paired_ratio *r)
{
    return ib_arena_print(arena, "%.2f %% [%.2f, %.2f]", 100 * (r->median - 1), 100 * (r->low - 1),
                          100 * (r->high - 1));
}

static void add_levels(struct ib_doc *doc, const struct ib_selftest *self)
{
    struct ib_arena *arena = doc->arena;
    ib_doc_table(doc, "rrrr",
                 (const char *[]){"more work", "measured: longer by", "gates that call it slower",
                                  "gates as measured"});
    for (size_t l = 0; l < self->noise.n_levels; l++) {
        const struct ib_selftest_level *level = &self->levels[l];
        const struct ib_noise_rate *m = &level->measured;
        ib_doc_row(doc, (const char *[]){l ? percent(arena, self->noise.planted[l]) : "none",
                                         longer(arena, &level->ratio), rate(arena, &level->rate),
                                         m->n ? ib_arena_print(arena, "%zu of %zu", m->k, m->n) : IB_DASH});
    }
}

static void add_costs(struct ib_doc *doc, const struct ib_selftest *self)
{
    struct ib_arena *arena = doc->arena;
    ib_doc_table(doc, "rrr", (const char *[]){"pairs", "smallest slowdown found", "a gate takes"});
    for (size_t i = 0; i < IB_SELFTEST_COSTS; i++) {
        const struct ib_selftest_cost *c = &self->costs[i];
        ib_doc_row(doc, (const char *[]){ib_format_count(arena, (double)c->pairs),
                                         planted(arena, &self->noise, c->least.level),
                                         ib_format_wait(arena, 60e9 * c->minutes)});
    }
}

static const char *case_names(struct ib_arena *arena, const struct ib_noise *noise)
{
    const char *names = "";
    for (size_t c = 0; c < noise->n_cases; c++)
        names = ib_arena_print(arena, "%s%s%s", names, c ? ", " : "", noise->cases[c].name);
    return names;
}

static const char *time_of_a_gate(struct ib_arena *arena, const struct ib_selftest *self)
{
    return ib_format_wait(arena,
                          self->noise.pair_ns * (double)self->rules->pairs * (double)self->noise.n_cases);
}

void ib_selftest_page(struct ib_doc *doc, const struct ib_selftest *self)
{
    struct ib_arena *arena = doc->arena;
    const struct ib_noise *noise = &self->noise;
    ib_doc_heading(doc, 2, "What a gate can see here and now");
    ib_doc_add(doc, IB_DOC_CLAIM,
               ib_arena_print(arena,
                              "The smallest slowdown found in 95 of 100 gates: %s, in %s. False alarms "
                              "without a change: %s of gates.",
                              least(arena, noise, &self->least), time_of_a_gate(arena, self),
                              rate(arena, &self->levels[0].rate)));
    ib_doc_paragraph(
        doc, ib_arena_print(
                 arena,
                 "Measured in pairs, as a gate does it, in %zu rounds and %s: %s, each "
                 "against itself, and with more epochs that count as no more: real work of the same kind.",
                 noise->n_rounds, ib_format_wait(arena, 1e9 * self->seconds), case_names(arena, noise)));
    add_levels(doc, self);
    ib_doc_add(
        doc, IB_DOC_NOTE,
        ib_arena_print(arena,
                       "A gate: %zu cases, one of them with more work, %llu pairs, and as many again to "
                       "confirm; %s is tolerated. Its rounds are drawn from those measured and judged by "
                       "the gate's own tests. In brackets: 95 %% intervals of the drawing and of the "
                       "measurement. The last column draws nothing.",
                       noise->n_cases, (unsigned long long)self->rules->pairs,
                       ib_format_share(arena, self->rules->slowdown)));
    if (noise->left)
        ib_doc_add(doc, IB_DOC_NOTE, ib_arena_print(arena, "Left out: %s.", noise->left));
    ib_doc_heading(doc, 3, "With another number of pairs");
    add_costs(doc, self);
}

const char *ib_selftest_brief(struct ib_arena *arena, const struct ib_selftest *self)
{
    return ib_arena_print(arena,
                          "measured %s: smallest slowdown found in 95 of 100 gates: %s, of %zu case%s in "
                          "%s; false alarms: %s",
                          self->measured, least(arena, &self->noise, &self->least), self->noise.n_cases,
                          ib_plural(self->noise.n_cases), time_of_a_gate(arena, self),
                          rate(arena, &self->levels[0].rate));
}
