#include "data/one_hot.h"

#include "base/error.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* ---- a separate file of test rows ---- */

static void renumber(double *column, uint64_t rows, uint64_t cols, const size_t *number)
{
    for (uint64_t i = 0; i < rows; i++, column += cols)
        if (!isnan(*column))
            *column = (double)number[(size_t)*column];
}

static enum ib_status match_words(const struct ib_dataset_spec *spec, struct ib_arena *arena,
                                  struct ib_feature *train, const struct ib_levels *test, size_t *number)
{
    for (size_t i = 0; i < test->n; i++) {
        number[i] = ib_levels_number(arena, train->levels, test->word[i], strlen(test->word[i]));
        if (number[i] == IB_LEVELS_MAX)
            return ib_fail(IB_EINVAL, spec->test,
                           "column %s has more than %d different words, together with %s; " IB_IGNORE_HINT,
                           ib_feature_column(arena, train), IB_LEVELS_MAX, spec->path,
                           ib_feature_key(arena, train), ib_feature_key(arena, train));
    }
    return IB_OK;
}

enum ib_status ib_one_hot_match(const struct ib_dataset_spec *spec, struct ib_arena *arena,
                                struct ib_table *train, struct ib_table *test)
{
    for (uint64_t j = 0; j < train->cols && train->features && test->features; j++) {
        struct ib_feature *of_train = &train->features[j];
        const struct ib_feature *of_test = &test->features[j];
        size_t number[IB_LEVELS_MAX];
        if (of_train->kind == IB_FEATURE_UNKNOWN)
            *of_train = *of_test;
        else if (of_test->kind != IB_FEATURE_UNKNOWN && of_test->kind != of_train->kind)
            return ib_fail(IB_EINVAL, spec->test, "column %s holds %s here, but %s in %s",
                           ib_feature_column(arena, of_test), of_test->levels ? "words" : "numbers",
                           of_train->levels ? "words" : "numbers", spec->path);
        if (!of_test->levels)
            continue;
        IB_TRY(match_words(spec, arena, of_train, of_test->levels, number));
        renumber(test->x + j, test->rows, test->cols, number);
    }
    return IB_OK;
}

/* ---- from words to features ---- */

struct expansion {
    const struct ib_table *table;
    uint64_t cols;         /* features afterwards */
    uint64_t *first;       /* by feature before: its first one afterwards */
    size_t **rank;         /* likewise: of its words in alphabetical order; NULL: numbers */
    uint64_t words, shown; /* columns of words; of them named in the guess */
    const char *names;     /* "`colour` (3), `shape` (2)" */
};

enum { SHOWN = 5 };

static void plan_words(struct expansion *e, struct ib_arena *arena, uint64_t j)
{
    const struct ib_feature *feature = &e->table->features[j];
    e->rank[j] = ib_arena_alloc(arena, IB_LEVELS_MAX * sizeof *e->rank[j]);
    ib_levels_rank(feature->levels, e->rank[j]);
    if (e->words++ < SHOWN)
        e->names = ib_arena_print(arena, "%s%s%s (%zu)", e->names, e->words > 1 ? ", " : "",
                                  ib_feature_column(arena, feature), feature->levels->n);
    e->cols += feature->levels->n;
}

static void plan(struct ib_arena *arena, const struct ib_table *table, struct expansion *out)
{
    *out = (struct expansion){.table = table, .names = ""};
    out->first = ib_arena_alloc(arena, table->cols * sizeof *out->first);
    out->rank = ib_arena_alloc(arena, table->cols * sizeof *out->rank);
    for (uint64_t j = 0; j < table->cols; j++) {
        out->first[j] = out->cols;
        if (table->features[j].levels)
            plan_words(out, arena, j);
        else
            out->cols++;
    }
}

static double *expand_rows(const struct expansion *e, struct ib_arena *arena, const double *x, uint64_t rows)
{
    double *out = ib_arena_alloc(arena, rows * e->cols * sizeof *out), *to = out;
    for (uint64_t i = 0; i < rows; i++, x += e->table->cols, to += e->cols) {
        for (uint64_t j = 0; j < e->table->cols; j++) {
            double *at = to + e->first[j];
            if (!e->rank[j])
                *at = x[j];
            else if (!isnan(x[j]))
                at[e->rank[j][(size_t)x[j]]] = 1;
            else
                for (size_t k = 0; k < e->table->features[j].levels->n; k++)
                    at[k] = NAN;
        }
    }
    return out;
}

static struct ib_feature *expand_features(const struct expansion *e, struct ib_arena *arena)
{
    struct ib_feature *out = ib_arena_alloc(arena, e->cols * sizeof *out);
    for (uint64_t j = 0; j < e->table->cols; j++) {
        const struct ib_feature *feature = &e->table->features[j];
        if (!feature->levels)
            out[e->first[j]] = *feature;
        for (size_t k = 0; feature->levels && k < feature->levels->n; k++)
            out[e->first[j] + e->rank[j][k]] = (struct ib_feature){.name = feature->name,
                                                                   .column = feature->column,
                                                                   .kind = IB_FEATURE_NUMBERS,
                                                                   .level = feature->levels->word[k]};
    }
    return out;
}

/* "columns of words taken as one feature per word: `colour` (3) (words: one_hot)" */
static const char *guess(const struct expansion *e, struct ib_arena *arena)
{
    const char *others =
        e->words > SHOWN ? ib_arena_print(arena, " and %" PRIu64 " others", e->words - SHOWN) : "";
    return ib_arena_print(arena, "column%s of words taken as one feature per word: %s%s (words: one_hot)",
                          ib_plural(e->words), e->names, others);
}

enum ib_status ib_one_hot_expand(const struct ib_dataset_spec *spec, struct ib_arena *arena,
                                 struct ib_table *table)
{
    struct expansion e;
    if (!table->features)
        return IB_OK;
    plan(arena, table, &e);
    if (!e.words)
        return IB_OK;
    IB_TRY(ib_memory_check(spec->path,
                           (double)(table->rows + table->test_rows) * (double)e.cols * sizeof *table->x));
    table->x = expand_rows(&e, arena, table->x, table->rows);
    table->x_test = expand_rows(&e, arena, table->x_test, table->test_rows);
    table->features = expand_features(&e, arena);
    table->cols = e.cols;
    if (!spec->words)
        table->guesses[IB_GUESS_WORDS] = guess(&e, arena);
    return IB_OK;
}
