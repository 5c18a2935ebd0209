#include "opcheck/operand_fill.h"

#include "base/rng.h"

#include <math.h>

/* A function for each fill; fills with one special cell use that of IB_FILL_EXACT. */

static double draw_exact(struct ib_rng *rng)
{
    static const double values[16] = {0, 0, 0, 0, 0.25, -0.25, 0.5, -0.5, 1, 1, -1, -1, 2, -2, 4, -4};
    return values[ib_rng_u64(rng) >> 60];
}

static double draw_real(struct ib_rng *rng)
{
    return 2 * ib_rng_uniform(rng) - 1;
}

static double draw_wide(struct ib_rng *rng)
{
    return (ib_rng_below(rng, 5) == 0 ? 1000 : 4) * draw_real(rng);
}

/* IB_FILL_KEPT, whose precision is the test's. */
static double draw_kept(struct ib_rng *rng, int bits)
{
    const double size = 1 + ldexp((double)ib_rng_below(rng, (uint64_t)1 << bits), -bits);
    return ib_rng_below(rng, 2) ? size : -size;
}

static double draw_label(struct ib_rng *rng)
{
    return (double)ib_rng_below(rng, 2);
}

static double draw_zero(struct ib_rng *rng)
{
    (void)rng;
    return 0;
}

static double draw_one(struct ib_rng *rng)
{
    (void)rng;
    return 1;
}

static double draw_count(struct ib_rng *rng)
{
    (void)rng;
    return 37;
}

static double draw_nan(struct ib_rng *rng)
{
    (void)rng;
    return NAN;
}

static const struct {
    const char *name;
    double (*draw)(struct ib_rng *);
    double special; /* value of one cell, if not 0 */
} fills[] = {
    [IB_FILL_EXACT] = {"", draw_exact, 0},
    [IB_FILL_REAL] = {"", draw_real, 0},
    [IB_FILL_POSITIVE] = {"", ib_rng_uniform, 0},
    [IB_FILL_WIDE] = {"large numbers", draw_wide, 0},
    [IB_FILL_KEPT] = {"the bits that products keep", NULL, 0},
    [IB_FILL_LABELS] = {"", draw_label, 0},
    [IB_FILL_ZERO] = {"zeros", draw_zero, 0},
    [IB_FILL_ONE_HOT] = {"", draw_zero, 0},
    [IB_FILL_ONE] = {"1", draw_one, 0},
    [IB_FILL_COUNT] = {"37", draw_count, 0},
    [IB_FILL_ROWS] = {"", draw_zero, 0},
    [IB_FILL_NAN] = {"a NaN", draw_exact, NAN},
    [IB_FILL_INFINITY] = {"an infinity", draw_exact, INFINITY},
    [IB_FILL_UNSET] = {"", draw_nan, 0},
};

const char *ib_fill_name(enum ib_fill fill)
{
    return fills[fill].name;
}

void ib_fill_operand(struct ib_guarded *a, const struct ib_op_test *test, uint32_t index)
{
    const enum ib_fill fill = test->operand[index].fill;
    const uint64_t cells = a->rows * a->cols;
    struct ib_rng rng;
    ib_rng_seed(&rng, index);
    for (uint64_t i = 0; i < a->rows; i++)
        for (uint64_t j = 0; j < a->cols; j++)
            ib_guarded_set(a, i, j,
                           fill == IB_FILL_KEPT ? draw_kept(&rng, test->kept_bits) : fills[fill].draw(&rng));
    for (uint64_t i = 0; fill == IB_FILL_ONE_HOT && i < a->rows && a->cols > 0; i++)
        ib_guarded_set(a, i, ib_rng_below(&rng, a->cols), 1);
    const uint64_t rows = test->operand[0].shape.rows;
    for (uint64_t e = 0; fill == IB_FILL_ROWS && e < cells && rows > 0; e++)
        ib_guarded_set(a, e / a->cols, e % a->cols, (double)ib_rng_below(&rng, rows));
    if (fills[fill].special != 0 && cells > 0) {
        const uint64_t e = ib_rng_below(&rng, cells);
        ib_guarded_set(a, e / a->cols, e % a->cols, fills[fill].special);
    }
}
