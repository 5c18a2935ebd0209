/* kernel_shapes IMPL PLUGIN.so [deep]: every operation on a few shapes that lie across the edges of groups,
 * tiles and chunks, every operand with another gap between its rows. So few that also a slow tool gets
 * through. deep: sums over so many rows that they take several launches. Exit status 0: all right; 1: a line
 * says what is wrong; 77: it cannot run on this machine. */
#include "base/error.h"
#include "core/loss.h"
#include "opcheck/op_case_run.h"

#include <stdio.h>
#include <string.h>

enum { EXIT_USAGE = 2, EXIT_SKIPPED = 77 };

static struct ib_instance subject;
static int wrong;

static void run(struct ib_op_test c)
{
    char description[512];
    struct ib_op_test_result result;
    if (wrong)
        return;
    const enum ib_status status = ib_op_test_run(&subject, &c, NULL, NULL, &result);
    if (status == IB_OK && result.fault == IB_OP_TEST_RIGHT)
        return;
    ib_op_test_describe(&c, description, sizeof description);
    printf("%s: %s\n", description, status == IB_OK ? result.text : ib_error_text());
    wrong = 1;
}

static struct ib_op_test start(enum ib_op op, enum ib_dtype type)
{
    return ib_op_test_start(ib_operations[op], type);
}

/* The next operand. */
static void add(struct ib_op_test *c, uint64_t rows, uint64_t cols, uint64_t pad, enum ib_fill fill)
{
    c->operand[c->n_operands++] = (struct ib_operand){{rows, cols, pad}, fill, false};
}

/* ---- products: op(A) m x k, op(B) k x n ---- */

struct product {
    uint64_t m, n, k;
    double alpha, beta;
};

static void run_product(enum ib_dtype type, const struct product *p, bool transpose_a, bool transpose_b,
                        bool gaps)
{
    struct ib_op_test c = start(IB_OP_GEMM, type);
    c.args.transpose_a = transpose_a;
    c.args.transpose_b = transpose_b;
    c.args.alpha = p->alpha;
    c.args.beta = p->beta;
    add(&c, transpose_a ? p->k : p->m, transpose_a ? p->m : p->k, gaps ? 1 : 0, IB_FILL_EXACT);
    add(&c, transpose_b ? p->n : p->k, transpose_b ? p->k : p->n, gaps ? 2 : 0, IB_FILL_EXACT);
    add(&c, p->m, p->n, gaps ? 3 : 0, p->beta == 0 ? IB_FILL_UNSET : IB_FILL_EXACT);
    run(c);
}

static void run_transposes(enum ib_dtype type, const struct product *p)
{
    for (int transposes = 0; transposes < 4; transposes++)
        for (int gaps = 0; gaps < 2; gaps++)
            run_product(type, p, transposes & 1, transposes & 2, gaps);
}

static void products(enum ib_dtype type)
{
    static const struct product list[] = {
        {1, 1, 0, 1, 2},    /* nothing to sum */
        {65, 66, 35, 1, 0}, /* four tiles of C, three or five steps of each sum */
        {17, 18, 19, 2, 1}, /* too few terms for tiles */
        {15, 2, 200, 2, 1}, /* rows that end far behind the first one that is not there */
        {9, 8, 300, 1, -2}, /* two chunks of a tile */
        {9, 1, 35, -1, 1},  /* rows times a column */
        {3, 2, 1100, 1, 0}, /* few outputs, more than one chunk */
        {66, 1, 70, 1, 1},  /* columns summed over rows, where A is transposed */
    };
    for (size_t i = 0; i < IB_COUNT(list); i++)
        run_transposes(type, &list[i]);
}

static void tiny_products(void)
{
    static const struct product tile = {65, 2, 35, 1, 0}, few_terms = {5, 2, 3, 2, 1},
                                chunks = {9, 8, 270, 2, 1}, column = {9, 1, 35, -1, 0},
                                sums = {2, 1, 2100, 1, 1};
    run_product(IB_F32, &tile, false, false, true);
    run_product(IB_F32, &tile, true, true, true);
    run_product(IB_F32, &few_terms, true, false, true);
    run_product(IB_F32, &chunks, true, false, true);
    run_product(IB_F32, &column, false, false, true);
    run_product(IB_F32, &sums, true, false, false);
}

static void deep_products(enum ib_dtype type)
{
    static const struct product list[] = {
        {5, 7, 66000, 1, 0}, /* one item per element, three levels of sums */
        {5, 7, 66000, 2, 1},
        {9, 8, 69120, 1, 0}, /* tiles: two levels */
        {3, 11, 69120, 1, 1},
    };
    for (size_t i = 0; i < IB_COUNT(list); i++)
        run_product(type, &list[i], true, false, true);
}

/* ---- everything else ---- */

/* Around the sizes of groups, narrow and wide. */
static const uint64_t shapes[][2] = {{1, 1}, {67, 5}, {9, 70}, {130, 1}};

static void pairs(enum ib_dtype type, const uint64_t *shape, const uint64_t *pad)
{
    static const struct {
        enum ib_op op;
        bool first_is_row;
    } list[] = {{IB_OP_ADD_ROW, true}, {IB_OP_AXPY, false}, {IB_OP_ACT_GRAD, false}};
    static const enum ib_fill fills[][2] = {{IB_FILL_EXACT, IB_FILL_EXACT}, {IB_FILL_ZERO, IB_FILL_NAN}};
    for (size_t i = 0; i < IB_COUNT(list); i++)
        for (size_t f = 0; f < IB_COUNT(fills); f++) {
            struct ib_op_test c = start(list[i].op, type);
            c.args.kind = IB_RELU;
            c.args.alpha = -0.5;
            add(&c, list[i].first_is_row ? 1 : shape[0], shape[1], pad[0], fills[f][0]);
            add(&c, shape[0], shape[1], pad[1], fills[f][1]);
            run(c);
        }
}

static void activations(enum ib_dtype type, const uint64_t *shape, const uint64_t *pad)
{
    for (enum ib_act kind = IB_RELU; kind <= IB_SIGMOID; kind++) {
        struct ib_op_test c = start(IB_OP_ACT, type), g = start(IB_OP_ACT_GRAD, type);
        c.args.kind = g.args.kind = (int)kind;
        c.tolerance = g.tolerance = kind == IB_RELU ? 0 : ib_op_rounding(type);
        add(&g, shape[0], shape[1], pad[0], IB_FILL_REAL);
        add(&g, shape[0], shape[1], pad[1], IB_FILL_REAL);
        run(g);
        add(&c, shape[0], shape[1], pad[0], IB_FILL_WIDE);
        run(c);
        c.operand[0].fill = IB_FILL_NAN;
        run(c);
    }
}

static void losses(enum ib_dtype type, const uint64_t *shape, const uint64_t *pad)
{
    for (enum ib_loss kind = IB_HALF_MSE; kind <= IB_CE; kind++) {
        struct ib_op_test c = start(IB_OP_LOSS_GRAD, type);
        c.args.kind = (int)kind;
        c.tolerance = ib_op_rounding(type);
        c.scale = 1 / ib_loss_mean_count(kind, (double)shape[0], (double)shape[1]);
        add(&c, shape[0], shape[1], pad[0], IB_FILL_WIDE);
        add(&c, shape[0], shape[1], pad[1], kind == IB_CE ? IB_FILL_ONE_HOT : IB_FILL_LABELS);
        add(&c, shape[0], shape[1], pad[2], IB_FILL_UNSET);
        run(c);
        add(&c, 1, 1, 0, IB_FILL_UNSET);
        run(c);
        c.operand[2].is_first = true;
        run(c);
    }
}

static void softmax(enum ib_dtype type, const uint64_t *shape, uint64_t pad)
{
    struct ib_op_test c = start(IB_OP_SOFTMAX, type);
    c.tolerance = ib_op_rounding(type);
    add(&c, shape[0], shape[1], pad, IB_FILL_WIDE);
    run(c);
}

static void updates(enum ib_dtype type, const uint64_t *shape, const uint64_t *pad)
{
    static const enum ib_fill fills[] = {IB_FILL_REAL, IB_FILL_REAL, IB_FILL_REAL, IB_FILL_POSITIVE};
    for (int adam = 0; adam < 2; adam++) {
        struct ib_op_test c = start(adam ? IB_OP_ADAM_STEP : IB_OP_MOMENTUM_STEP, type);
        c.args.alpha = c.args.beta = 0.5;
        c.args.beta2 = 0.9375;
        c.args.epsilon = 0.25;
        c.tolerance = ib_op_rounding(type);
        for (size_t i = 0; i < (adam ? 4 : 3); i++)
            add(&c, shape[0], shape[1], pad[i % 3], fills[i]);
        if (adam)
            add(&c, 1, 1, 0, IB_FILL_COUNT);
        run(c);
    }
}

/* As many rows as there are, from an index that names some twice and others never. */
static void batches(enum ib_dtype type, const uint64_t *shape, const uint64_t *pad)
{
    enum { FIRST = 3 };
    struct ib_op_test c = start(IB_OP_GATHER_ROWS, type);
    c.args.first = FIRST;
    add(&c, shape[0], shape[1], pad[0], IB_FILL_REAL);
    add(&c, 1, FIRST + shape[0], 0, IB_FILL_ROWS);
    add(&c, shape[0], shape[1], pad[2], IB_FILL_UNSET);
    run(c);
}

static void column_sums(enum ib_dtype type, const uint64_t *shape, uint64_t pad, enum ib_fill fill)
{
    struct ib_op_test c = start(IB_OP_COL_SUM, type);
    c.tolerance = fill == IB_FILL_EXACT ? 0 : ib_op_drift(type);
    add(&c, shape[0], shape[1], pad, fill);
    add(&c, 1, shape[1], 0, IB_FILL_UNSET);
    run(c);
}

static void few(enum ib_dtype type)
{
    static const uint64_t gaps[][3] = {{0, 0, 0}, {1, 2, 3}};
    static const uint64_t long_sum[2] = {2100, 5}, no_rows[2] = {0, 3};
    products(type);
    for (size_t s = 0; s < IB_COUNT(shapes); s++)
        for (size_t g = 0; g < IB_COUNT(gaps); g++) {
            pairs(type, shapes[s], gaps[g]);
            activations(type, shapes[s], gaps[g]);
            losses(type, shapes[s], gaps[g]);
            softmax(type, shapes[s], gaps[g][0]);
            updates(type, shapes[s], gaps[g]);
            batches(type, shapes[s], gaps[g]);
            column_sums(type, shapes[s], gaps[g][0], IB_FILL_EXACT);
        }
    column_sums(type, long_sum, 1, IB_FILL_EXACT);
    column_sums(type, no_rows, 1, IB_FILL_EXACT);
    losses(type, long_sum, gaps[1]);
}

static void tiny(void)
{
    static const uint64_t shape[2] = {67, 5}, long_sum[2] = {1100, 2}, gaps[3] = {1, 2, 3};
    tiny_products();
    pairs(IB_F32, shape, gaps);
    activations(IB_F32, shape, gaps);
    losses(IB_F32, shape, gaps);
    softmax(IB_F32, shape, gaps[0]);
    updates(IB_F32, shape, gaps);
    batches(IB_F32, shape, gaps);
    column_sums(IB_F32, long_sum, 1, IB_FILL_EXACT);
}

/* Long sums: over as many rows as need three levels, and of numbers that a plain sum in f32 loses. */
static void deep(void)
{
    static const uint64_t levels[2] = {66000, 17}, many[2] = {IB_MANY_ROWS, 1};
    for (enum ib_dtype type = IB_F32; type <= IB_F64; type++) {
        deep_products(type);
        column_sums(type, levels, 1, IB_FILL_EXACT);
    }
    column_sums(IB_F32, many, 0, IB_FILL_POSITIVE);
}

static bool run_set(const char *set)
{
    if (strcmp(set, "few") == 0) {
        few(IB_F32);
        few(IB_F64);
    } else if (strcmp(set, "tiny") == 0) {
        tiny();
    } else if (strcmp(set, "deep") == 0) {
        deep();
    } else {
        return false;
    }
    return true;
}

static int usage(const char *program)
{
    fprintf(stderr, "usage: %s IMPL PLUGIN.so few|tiny|deep\n", program);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    const struct ib_impl *impl;
    if (argc != 4)
        return usage(argv[0]);
    enum ib_status status = ib_impl_load(argv[1], argv[2], &impl);
    if (status == IB_OK)
        status = ib_instance_open(impl, NULL, 0, &subject);
    if (status != IB_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], ib_error_text());
        return status == IB_EUNAVAILABLE ? EXIT_SKIPPED : EXIT_USAGE;
    }
    const bool known = run_set(argv[3]);
    ib_instance_close(&subject);
    return known ? wrong : usage(argv[0]);
}
