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

/* Goes into the hash: whoever changes what is made must count it up, or old results pass for results of the
 * new data. */
enum { GENERATOR_VERSION = 1 };

struct ib_synth {
    enum ib_synth_kind kind;
    uint64_t cols, outputs;
    double noise;
    uint64_t rows_seed;  /* row i is drawn from a generator of seed rows_seed + i */
    const double *w, *b; /* outputs x cols, outputs; NULL where the score has none */
};

/* ---- one row ---- */

/* Uniform with mean 0 and variance 1. */
static double draw_feature(struct ib_rng *rng)
{
    return 3.4641016151377544 * (ib_rng_uniform(rng) - 0.5); /* of width sqrt(12) */
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

/* Turns the row into one of the other class, which is as probable: features lie around 0 in either direction.
 */
static void mirror(const struct ib_synth *s, double *x)
{
    uint64_t n = s->kind == IB_SYNTH_XOR ? 1 : s->cols; /* xor: the product must change its sign */
    for (uint64_t j = 0; j < n; j++)
        x[j] = -x[j];
}

static void make_row(const struct ib_synth *s, uint64_t row, double *x, double *y)
{
    struct ib_rng rng;
    ib_rng_seed(&rng, s->rows_seed + row);
    for (uint64_t j = 0; j < s->cols; j++)
        x[j] = draw_feature(&rng);
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

/* ---- the whole ---- */

/* Weights of length 1, so that the score has variance 1 whatever the number of features. */
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

/* What the scores are made of, one output after another. */
static void draw_outputs(struct ib_arena *arena, struct ib_rng *rng, struct ib_synth *s)
{
    if (s->kind == IB_SYNTH_XOR)
        return;
    const bool has_b = s->kind == IB_SYNTH_REGRESSION;
    double *w = ib_arena_alloc(arena, s->outputs * s->cols * sizeof *w);
    double *b = ib_arena_alloc(arena, s->outputs * sizeof *b);
    for (uint64_t k = 0; k < s->outputs; k++) {
        draw_weights(rng, s->cols, w + k * s->cols);
        if (has_b)
            b[k] = ib_rng_normal(rng);
    }
    s->w = w;
    s->b = has_b ? b : NULL;
}

static const struct ib_synth *open_generator(struct ib_arena *arena, const struct ib_synth_spec *spec,
                                             uint64_t outputs, uint64_t seed)
{
    struct ib_synth *s = ib_arena_alloc(arena, sizeof *s);
    struct ib_rng rng;
    ib_rng_seed(&rng, seed);
    *s = (struct ib_synth){.kind = spec->kind, .cols = spec->cols, .outputs = outputs, .noise = spec->noise};
    s->rows_seed = ib_rng_u64(&rng); /* far from those of other seeds */
    draw_outputs(arena, &rng, s);
    return s;
}

static uint64_t count_test_rows(const struct ib_dataset_spec *spec)
{
    double fraction = spec->test_fraction > 0 ? spec->test_fraction : IB_TEST_FRACTION;
    uint64_t n = (uint64_t)llround(fraction * (double)spec->synth.rows);
    if (spec->test_fraction <= 0 && n > IB_SYNTH_TEST_ROWS)
        return IB_SYNTH_TEST_ROWS;
    return n ? n : 1;
}

enum ib_status ib_synth_describe(const struct ib_dataset_spec *spec, struct ib_dataset *out)
{
    const struct ib_synth_spec *synth = &spec->synth;
    uint64_t seed = spec->seed ? spec->seed : IB_SPLIT_SEED;
    char all[256];
    if (synth->kind == IB_SYNTH_XOR && synth->cols < 2)
        return ib_fail(IB_EINVAL, spec->where, "xor is of two features: `cols` must be at least 2");
    if (synth->kind != IB_SYNTH_REGRESSION && synth->outputs > 1)
        return ib_fail(IB_EINVAL, spec->where, "only a regression has several `outputs`; a class is one");
    out->task = synth->kind == IB_SYNTH_REGRESSION ? IB_REGRESSION : IB_CLASSIFICATION;
    out->rows = synth->rows;
    out->test_rows = count_test_rows(spec);
    out->cols = synth->cols;
    out->outputs = synth->outputs ? synth->outputs : 1;
    out->target = "y";
    out->synth = open_generator(&out->arena, synth, out->outputs, seed);
    int bytes = snprintf(all, sizeof all, "synth %d %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %a %" PRIu64 "\n",
                         GENERATOR_VERSION, ib_word_of(ib_synth_words, (int)synth->kind), out->rows,
                         out->test_rows, out->cols, synth->noise, seed);
    if (out->outputs > 1) /* one goes without saying, so that older results keep their hash */
        bytes += snprintf(all + bytes, sizeof all - (size_t)bytes, "outputs %" PRIu64 "\n", out->outputs);
    ib_hash_of(all, (size_t)bytes, out->sha256);
    return IB_OK;
}
