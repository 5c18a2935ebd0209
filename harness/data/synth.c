#include "data/synth.h"

#include "base/error.h"
#include "base/rng.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

const struct ib_word ib_synth_words[] = {{"regression", IB_SYNTH_REGRESSION},
                                         {"classification", IB_SYNTH_CLASSIFICATION},
                                         {"xor", IB_SYNTH_XOR},
                                         {NULL, 0}};

/* Part of the hash. Increment it whenever the generated data changes, or old results would be taken for
 * results on the new data. */
enum { GENERATOR_VERSION = 1 };

enum { CENTRE_DISTANCE = 3 }; /* of a class from 0, in standard deviations of a feature */

struct ib_synth {
    enum ib_synth_kind kind;
    uint64_t cols, outputs, classes; /* classes: if more than two, else 0 */
    double noise;
    uint64_t seed;
    uint64_t rows_seed;  /* row i uses a generator seeded with rows_seed + i */
    const double *w, *b; /* outputs x cols, outputs; NULL if not used. Of many classes: classes x cols */
};

/* ---- one row ---- */

/* Uniform, with mean 0 and variance 1. */
static double draw_feature(struct ib_rng *rng)
{
    return 3.4641016151377544 * (ib_rng_uniform(rng) - 0.5); /* width sqrt(12) */
}

static double score(const struct ib_synth *s, uint64_t output, const double *x)
{
    if (s->kind == IB_SYNTH_XOR)
        return -x[0] * x[1];
    const double *w = s->w + output * s->cols;
    double sum = s->b ? s->b[output] : 0;
    for (uint64_t j = 0; j < s->cols; j++)
        sum += w[j] * x[j];
    return sum;
}

/* Turns the row into one of the other class. It is equally probable, as features are symmetric about 0. */
static void mirror(const struct ib_synth *s, double *x)
{
    uint64_t n = s->kind == IB_SYNTH_XOR ? 1 : s->cols; /* xor: flip one, so that the product changes sign */
    for (uint64_t j = 0; j < n; j++)
        x[j] = -x[j];
}

/* A row of one of many classes, around its centre. */
static void make_class_row(const struct ib_synth *s, uint64_t row, struct ib_rng *rng, double *x, double *y)
{
    const double *centre = s->w + row % s->classes * s->cols;
    for (uint64_t j = 0; j < s->cols; j++)
        x[j] += CENTRE_DISTANCE * centre[j] + (s->noise > 0 ? s->noise * ib_rng_normal(rng) : 0);
    *y = (double)(row % s->classes);
}

static void make_row(const struct ib_synth *s, uint64_t row, double *x, double *y)
{
    struct ib_rng rng;
    ib_rng_seed(&rng, s->rows_seed + row);
    for (uint64_t j = 0; j < s->cols; j++)
        x[j] = draw_feature(&rng);
    if (s->classes) {
        make_class_row(s, row, &rng, x, y);
        return;
    }
    for (uint64_t k = 0; k < s->outputs; k++) {
        y[k] = score(s, k, x);
        if (s->noise > 0)
            y[k] += s->noise * ib_rng_normal(&rng);
    }
    if (s->kind == IB_SYNTH_REGRESSION)
        return;
    bool positive = row % 2;
    if (positive != (y[0] > 0))
        mirror(s, x);
    y[0] = positive;
}

void ib_synth_rows(const struct ib_synth *s, uint64_t first, uint64_t n, double *x, double *y)
{
    for (uint64_t i = 0; i < n; i++)
        make_row(s, first + i, x + i * s->cols, y + i * s->outputs);
}

/* ---- the generator ---- */

/* Draws weights of norm 1, so that the score has variance 1 for any number of features. */
static void draw_weights(struct ib_rng *rng, uint64_t cols, double *w)
{
    double squares = 0;
    for (uint64_t j = 0; j < cols; j++) {
        w[j] = ib_rng_normal(rng);
        squares += w[j] * w[j];
    }
    for (uint64_t j = 0; j < cols; j++)
        w[j] /= sqrt(squares);
}

/* Draws weights and biases, one output after another; of many classes, their centres. */
static void draw_outputs(struct ib_arena *arena, struct ib_rng *rng, struct ib_synth *s)
{
    if (s->kind == IB_SYNTH_XOR)
        return;
    const bool has_b = s->kind == IB_SYNTH_REGRESSION;
    const uint64_t n = s->classes ? s->classes : s->outputs;
    double *w = ib_arena_alloc(arena, n * s->cols * sizeof *w);
    double *b = ib_arena_alloc(arena, n * sizeof *b);
    for (uint64_t k = 0; k < n; k++) {
        draw_weights(rng, s->cols, w + k * s->cols);
        if (has_b)
            b[k] = ib_rng_normal(rng);
    }
    s->w = w;
    s->b = has_b ? b : NULL;
}

enum ib_status ib_synth_open(struct ib_arena *arena, const struct ib_synth_spec *spec, uint64_t seed,
                             const char *where, const struct ib_synth **out)
{
    if (spec->kind == IB_SYNTH_XOR && spec->cols < 2)
        return ib_fail(IB_EINVAL, where, "xor uses two features: `cols` must be at least 2");
    if (spec->kind != IB_SYNTH_REGRESSION && spec->outputs > 1)
        return ib_fail(IB_EINVAL, where, "only a regression may have more than one of `outputs`");
    if (spec->kind != IB_SYNTH_CLASSIFICATION && spec->classes)
        return ib_fail(IB_EINVAL, where, "only a classification has `classes`");
    if (spec->rows < spec->classes)
        return ib_fail(IB_EINVAL, where,
                       "each of the `classes` needs a row: `rows` must be at least %" PRIu64, spec->classes);
    struct ib_synth *s = ib_arena_alloc(arena, sizeof *s);
    struct ib_rng rng;
    ib_rng_seed(&rng, seed);
    *s = (struct ib_synth){.kind = spec->kind,
                           .cols = spec->cols,
                           .outputs = spec->outputs ? spec->outputs : 1,
                           .classes = spec->classes > 2 ? spec->classes : 0,
                           .noise = spec->noise,
                           .seed = seed};
    s->rows_seed = ib_rng_u64(&rng); /* far from the row seeds of other seeds */
    draw_outputs(arena, &rng, s);
    *out = s;
    return IB_OK;
}

void ib_synth_hash(const struct ib_synth *s, uint64_t rows, uint64_t test_rows, char out[IB_HASH_HEX])
{
    char all[256];
    int bytes = snprintf(all, sizeof all, "synth %d %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %a %" PRIu64 "\n",
                         GENERATOR_VERSION, ib_word_of(ib_synth_words, (int)s->kind), rows, test_rows,
                         s->cols, s->noise, s->seed);
    if (s->outputs > 1) /* omitted for one output, so that older results keep their hash */
        bytes += snprintf(all + bytes, sizeof all - (size_t)bytes, "outputs %" PRIu64 "\n", s->outputs);
    if (s->classes) /* likewise */
        bytes += snprintf(all + bytes, sizeof all - (size_t)bytes, "classes %" PRIu64 "\n", s->classes);
    ib_hash_of(all, (size_t)bytes, out);
}
