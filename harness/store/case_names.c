/* The names of a case in tables and charts: name, problem, training and series leave out the axes that do not
 * vary, and the machine of a run on a single one. */
#include "store/run_record.h"
#include "store/text_pool.h"

#include <stdlib.h>
#include <string.h>

/* The cases of one model and data set, and the axes on which they differ. */
struct family {
    const struct ib_case_record *first;
    bool varies[IB_AXIS_COUNT];
    bool machines; /* the run was made on several */
};

static bool same_value(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool belongs(const struct family *f, const struct ib_case_record *c)
{
    return same_value(f->first->axis[IB_AXIS_MODEL], c->axis[IB_AXIS_MODEL]) &&
           same_value(f->first->axis[IB_AXIS_DATASET], c->axis[IB_AXIS_DATASET]);
}

/* Returns the families in the order of their first cases; of[i] is the index of case i's. */
static struct family *find_families(struct ib_arena *arena, const struct ib_run_record *r, size_t *of)
{
    struct family *families = ib_arena_alloc(arena, (r->n + 1) * sizeof *families);
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        size_t f = 0;
        while (f < n && !belongs(&families[f], &r->cases[i]))
            f++;
        if (f == n)
            families[n++].first = &r->cases[i];
        of[i] = f;
        for (int k = 0; k < IB_AXIS_COUNT; k++)
            families[f].varies[k] |= !same_value(families[f].first->axis[k], r->cases[i].axis[k]);
        families[f].machines = r->n_machines > 1;
    }
    return families;
}

/* " 6x6 relu", " hidden=none"; "" for a model whose layers are fixed. */
static const char *shape_of(struct ib_arena *arena, const struct ib_case_record *c)
{
    const char *hidden = c->axis[IB_AXIS_HIDDEN], *act = c->axis[IB_AXIS_ACT];
    if (!hidden)
        return "";
    if (strcmp(hidden, "none") == 0)
        return " hidden=none";
    char *sizes = ib_arena_copy(arena, hidden);
    for (char *at = sizes; *at; at++)
        *at = *at == ',' ? 'x' : *at;
    return ib_arena_print(arena, " %s%s%s", sizes, act ? " " : "", act ? act : "");
}

/* " mse xavier lr=0.01 batch=32 seed=3 machine=a1": the other axes that vary, except implementation,
 * residency and type, and the machine, since a ratio of times of two machines says nothing about the
 * implementations. Values that are words need no name. */
static const char *others_of(struct ib_arena *arena, const struct ib_case_record *c, const struct family *f)
{
    static const bool named_elsewhere[IB_AXIS_COUNT] = {
        [IB_AXIS_MODEL] = true, [IB_AXIS_DATASET] = true, [IB_AXIS_HIDDEN] = true,   [IB_AXIS_ACT] = true,
        [IB_AXIS_DTYPE] = true, [IB_AXIS_IMPL] = true,    [IB_AXIS_RESIDENCY] = true};
    const char *text = "";
    for (int k = 0; k < IB_AXIS_COUNT; k++) {
        if (named_elsewhere[k] || !f->varies[k] || !c->axis[k])
            continue;
        text = ib_axis_rules[k].words
                   ? ib_arena_print(arena, "%s %s", text, c->axis[k])
                   : ib_arena_print(arena, "%s %s=%s", text, ib_axis_rules[k].name, c->axis[k]);
    }
    if (f->machines && c->machine)
        text = ib_arena_print(arena, "%s " IB_MACHINE_SUBJECT "=%s", text, c->machine);
    return text;
}

/* Texts are made in `arena` and kept in the pool, as cases share most of them. */
static void name_case(struct ib_arena *arena, struct ib_text_pool *pool, const struct family *f,
                      bool problem_only, struct ib_case_record *c)
{
    const char *model = c->axis[IB_AXIS_MODEL], *dataset = c->axis[IB_AXIS_DATASET],
               *dtype = c->axis[IB_AXIS_DTYPE];
    const char *shape = shape_of(arena, c), *others = others_of(arena, c, f);
#define PRINT(...) ib_text_share(pool, ib_arena_print(arena, __VA_ARGS__))
    const bool shape_varies = f->varies[IB_AXIS_HIDDEN] || f->varies[IB_AXIS_ACT];
    c->name = c->residency == IB_HOST
                  ? c->label
                  : PRINT("%s %s", c->label, ib_word_of(ib_residency_words, (int)c->residency));
    c->problem = PRINT("%s%s%s %s %s", model, shape, others, dtype, dataset);
    if (problem_only)
        return;
    c->training = PRINT("%s%s%s %s", model, shape, others, dataset);
    c->series = PRINT("%s%s%s%s%s", c->name, shape_varies ? shape : "", others,
                      f->varies[IB_AXIS_DTYPE] ? " " : "", f->varies[IB_AXIS_DTYPE] ? dtype : "");
#undef PRINT
}

static void name_cases(struct ib_run_record *r, bool problem_only)
{
    struct ib_arena memory = {0}, scratch = {0};
    struct ib_text_pool pool = {.arena = &r->arena};
    size_t *of = ib_arena_alloc(&memory, (r->n + 1) * sizeof *of);
    const struct family *families = find_families(&memory, r, of);
    for (size_t i = 0; i < r->n; i++) {
        if (!r->cases[i].name)
            name_case(&scratch, &pool, &families[of[i]], problem_only, &r->cases[i]);
        ib_arena_clear(&scratch);
    }
    ib_text_pool_free(&pool);
    ib_arena_free(&scratch);
    ib_arena_free(&memory);
}

void ib_run_record_name(struct ib_run_record *r)
{
    name_cases(r, false);
}

void ib_run_record_name_problems(struct ib_run_record *r)
{
    name_cases(r, true);
}
