/* cpu_gram: linear regression by another algorithm with the same trajectory, for every optimiser. The
 * gradient of its loss is X'X w - X'y, up to a factor. So X'X and X'y are computed once, and an epoch then
 * costs as much as they have elements, however many rows X has. They are computed within every call of
 * `steps`, so that their time counts as training. Everything is in double, whatever the type. */
#include "ironbench/impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* X'X takes n / 2 products a number of X, an epoch over X takes 2: beyond this many columns, no usual number
 * of epochs pays. */
enum { MOST_COLUMNS = 512, BLOCK_ROWS = 64 };

struct gram {
    const struct ib_host *host;
};

/* Of one call. With a column of ones, the bias is one more weight: n = columns + 1. Vectors are padded with
 * zeros to a multiple of LANES. */
enum { LANES = 8 };
struct work {
    uint64_t n, padded, outputs;
    bool single;                    /* the type is f32 */
    double *g;                      /* X'X, n x padded */
    double *c, *w;                  /* X'y and the parameters: outputs x padded */
    double *moment[IB_MAX_MOMENTS]; /* what the optimiser keeps, likewise */
    double *block;                  /* (n + outputs) x BLOCK_ROWS: rows of X, ones and y, transposed */
    double *change;                 /* padded */
};

#if defined __x86_64__ && defined __GLIBC__ && defined __GNUC__ && !defined __clang__
#define CLONED __attribute__((target_clones("avx512f", "arch=haswell", "default")))
#else
#define CLONED
#endif

/* ---- set-up of a call ---- */

static double get(const struct ib_view *m, uint64_t i, uint64_t j)
{
    const uint64_t at = i * m->ld + j;
    return m->type == IB_F32 ? (double)((const float *)m->p)[at] : ((const double *)m->p)[at];
}

static void put(const struct ib_view *m, uint64_t i, uint64_t j, double value)
{
    const uint64_t at = i * m->ld + j;
    if (m->type == IB_F32)
        ((float *)m->p)[at] = (float)value;
    else
        ((double *)m->p)[at] = value;
}

static void load_block(const struct work *k, const struct ib_problem *p, uint64_t first)
{
    for (uint64_t r = 0; r < BLOCK_ROWS; r++) {
        const bool inside = first + r < p->x.rows;
        for (uint64_t j = 0; j + 1 < k->n; j++)
            k->block[j * BLOCK_ROWS + r] = inside ? get(&p->x, first + r, j) : 0;
        k->block[(k->n - 1) * BLOCK_ROWS + r] = inside;
        for (uint64_t o = 0; o < k->outputs; o++)
            k->block[(k->n + o) * BLOCK_ROWS + r] = inside ? get(&p->y, first + r, o) : 0;
    }
}

/* The upper half of X'X, and X'y, of one block. Sums of eight lanes, so that additions do not wait for each
 * other. */
CLONED static void add_block(const struct work *k)
{
    for (uint64_t i = 0; i < k->n; i++)
        for (uint64_t j = i; j < k->n + k->outputs; j++) {
            const double *a = k->block + i * BLOCK_ROWS, *b = k->block + j * BLOCK_ROWS;
            double lane[LANES] = {0};
            for (int r = 0; r < BLOCK_ROWS; r += LANES)
                for (int l = 0; l < LANES; l++)
                    lane[l] += a[r + l] * b[r + l];
            double *to = j < k->n ? &k->g[i * k->padded + j] : &k->c[(j - k->n) * k->padded + i];
            *to += ((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7]));
        }
}

static void multiply_out(const struct work *k, const struct ib_problem *p)
{
    for (uint64_t r = 0; r < p->x.rows; r += BLOCK_ROWS) {
        load_block(k, p, r);
        add_block(k);
    }
    for (uint64_t i = 0; i < k->n; i++)
        for (uint64_t j = 0; j < i; j++)
            k->g[i * k->padded + j] = k->g[j * k->padded + i];
}

/* ---- epochs ---- */

/* Of all epochs: the gradient is `scale` times X'X w - X'y. */
struct rule {
    const struct ib_problem *p;
    double scale, first_step;
};

static void round_all(const struct work *k, double *values)
{
    for (uint64_t i = 0; k->single && i < k->padded; i++)
        values[i] = (double)(float)values[i];
}

/* The update of w by momentum or Adam, in step t. */
static void update_by_moments(const struct work *k, const struct rule *rule, double t, double *w,
                              double *first, double *second)
{
    const struct ib_problem *p = rule->p;
    const bool adam = p->optimizer == IB_ADAM;
    const double added = adam ? 1 - p->beta1 : 1, rate = adam ? p->lr / -expm1(t * log(p->beta1)) : p->lr;
    const double root = adam ? sqrt(-expm1(t * log(p->beta2))) : 1;
    for (uint64_t i = 0; i < k->n; i++) {
        const double g = rule->scale * k->change[i] + p->weight_decay * w[i];
        first[i] = p->beta1 * first[i] + added * g;
        if (adam)
            second[i] = p->beta2 * second[i] + (1 - p->beta2) * g * g;
        w[i] -= rate * (adam ? first[i] / (sqrt(second[i]) / root + p->epsilon) : first[i]);
    }
    round_all(k, first);
    round_all(k, second);
}

/* The parameters of output o, in epochs `from` to `to`. X'X is symmetric: its rows serve as columns. The
 * state has the precision of its type after each epoch, so that epochs in one call give the same bits as in
 * several. */
CLONED static void run_epochs(const struct work *k, const struct rule *rule, uint64_t o, uint64_t from,
                              uint64_t to)
{
    const uint64_t n = k->n, padded = k->padded;
    const double rate = rule->p->lr * rule->scale, kept = 1 - rule->p->lr * rule->p->weight_decay;
    const double *restrict c = k->c + o * padded;
    double *restrict w = k->w + o * padded, *restrict change = k->change;
    for (uint64_t epoch = from; epoch <= to; epoch++) {
        for (uint64_t i = 0; i < padded; i += LANES) {
            double sum[LANES];
            const double *g = k->g + i;
            for (int l = 0; l < LANES; l++)
                sum[l] = -c[i + (uint64_t)l];
            for (uint64_t j = 0; j < n; j++, g += padded)
                for (int l = 0; l < LANES; l++)
                    sum[l] += w[j] * g[l];
            for (int l = 0; l < LANES; l++)
                change[i + (uint64_t)l] = sum[l];
        }
        if (rule->p->optimizer != IB_SGD)
            update_by_moments(k, rule, rule->first_step + (double)epoch, w, k->moment[0] + o * padded,
                              k->moment[1] + o * padded);
        for (uint64_t i = 0; rule->p->optimizer == IB_SGD && i < padded; i++)
            w[i] = kept * w[i] - rate * change[i];
        round_all(k, w);
    }
}

/* From X itself, which loses fewer digits than the difference of the products. */
static double sum_of_squares(const struct work *k, const struct ib_problem *p)
{
    double sum = 0;
    for (uint64_t r = 0; r < p->x.rows; r++)
        for (uint64_t o = 0; o < k->outputs; o++) {
            const double *w = k->w + o * k->padded;
            double z = w[k->n - 1];
            for (uint64_t j = 0; j + 1 < k->n; j++)
                z += get(&p->x, r, j) * w[j];
            z -= get(&p->y, r, o);
            sum += z * z;
        }
    return sum;
}

/* Copies an array in the shapes of w and b, of all outputs. */
static void copy_array(const struct work *k, const struct ib_view *w, const struct ib_view *b, double *mine,
                       bool back)
{
    for (uint64_t o = 0; o < k->outputs; o++)
        for (uint64_t j = 0; j < k->n; j++) {
            const struct ib_view *from = j + 1 < k->n ? w : b;
            const uint64_t row = j + 1 < k->n ? j : 0;
            if (back)
                put(from, row, o, mine[o * k->padded + j]);
            else
                mine[o * k->padded + j] = get(from, row, o);
        }
}

static void copy_state(const struct work *k, const struct ib_problem *p, bool back)
{
    const uint32_t moments = p->optimizer == IB_ADAM ? 2 : p->optimizer == IB_MOMENTUM ? 1 : 0;
    copy_array(k, &p->w[0], &p->b[0], k->w, back);
    for (uint32_t i = 0; i < moments; i++)
        copy_array(k, &p->moment_w[i][0], &p->moment_b[i][0], k->moment[i], back);
}

static void train(const struct work *k, const struct ib_problem *p, uint64_t n)
{
    const double count = (double)p->x.rows * (double)k->outputs;
    const bool adam = p->optimizer == IB_ADAM;
    const struct rule rule = {.p = p,
                              .scale = (p->loss_kind == IB_MSE ? 2 : 1) / (count > 0 ? count : 1),
                              .first_step = adam ? get(&p->step_count, 0, 0) : 0};
    const uint64_t silent = n - (p->loss.p != NULL && n > 0);
    copy_state(k, p, false);
    multiply_out(k, p);
    for (uint64_t o = 0; o < k->outputs; o++)
        run_epochs(k, &rule, o, 1, silent);
    if (silent < n)
        put(&p->loss, 0, 0,
            count > 0 ? (p->loss_kind == IB_HALF_MSE ? 0.5 : 1) * sum_of_squares(k, p) / count : 0);
    for (uint64_t o = 0; silent < n && o < k->outputs; o++)
        run_epochs(k, &rule, o, n, n);
    copy_state(k, p, true);
    if (adam)
        put(&p->step_count, 0, 0, rule.first_step + (double)n);
}

/* ---- the implementation ---- */

static enum ib_status supports(const struct ib_problem *p, char *why, size_t n)
{
    if (p->n_layers != 1 || p->loss_kind == IB_BCE)
        snprintf(why, n, "only linear regression has a gradient that X'X determines");
    else if (p->x.cols > p->x.rows)
        snprintf(why, n, "with more columns than rows, an epoch over X'X costs more than one over X");
    else if (p->x.cols > MOST_COLUMNS)
        snprintf(why, n, "with more than %d columns, X'X costs more than it saves in %d epochs", MOST_COLUMNS,
                 MOST_COLUMNS / 2);
    else
        return IB_OK;
    return IB_EUNSUPPORTED;
}

static enum ib_status steps(void *state, const struct ib_problem *p, uint64_t n)
{
    const struct gram *s = state;
    const struct ib_problem whole = ib_whole_problem(p);
    struct work k = {.n = p->x.cols + 1, .outputs = p->y.cols, .single = p->dtype == IB_F32};
    k.padded = (k.n + LANES - 1) / LANES * LANES;
    const uint64_t g = k.n * k.padded, c = k.outputs * k.padded, block = (k.n + k.outputs) * BLOCK_ROWS;
    double *all = aligned_alloc(64, (g + 4 * c + block + k.padded + LANES) / LANES * LANES * sizeof *all);
    if (all == NULL)
        return s->host->fail(s->host, IB_ENOMEM, "no memory for X'X of %llu columns",
                             (unsigned long long)p->x.cols);
    memset(all, 0, (g + 4 * c + block + k.padded) * sizeof *all);
    k.g = all;
    k.c = k.g + g;
    k.w = k.c + c;
    k.moment[0] = k.w + c;
    k.moment[1] = k.moment[0] + c;
    k.block = k.moment[1] + c;
    k.change = k.block + block;
    train(&k, &whole, n);
    free(all);
    return IB_OK;
}

static enum ib_status predict(void *state, const struct ib_problem *p, const struct ib_view *x,
                              const struct ib_view *out)
{
    (void)state;
    for (uint64_t r = 0; r < x->rows; r++)
        for (uint64_t o = 0; o < out->cols; o++) {
            double z = get(&p->b[0], 0, o);
            for (uint64_t j = 0; j < x->cols; j++)
                z += get(x, r, j) * get(&p->w[0], j, o);
            put(out, r, o, z);
        }
    return IB_OK;
}

static enum ib_status gram_open(const struct ib_host *host, void **state)
{
    struct gram *s = calloc(1, sizeof *s);
    if (s == NULL)
        return host->fail(host, IB_ENOMEM, "no memory for the state");
    s->host = host;
    *state = s;
    return IB_OK;
}

static const struct ib_fused fused = {
    .struct_size = sizeof fused,
    .supports = supports,
    .steps = steps,
    .predict = predict,
    .updates = IB_DOES_MOMENTUM | IB_DOES_ADAM | IB_DOES_WEIGHT_DECAY,
};

static const struct ib_impl cpu_gram = {
    .struct_size = sizeof cpu_gram,
    .abi_major = IB_ABI_MAJOR,
    .name = "cpu_gram",
    .summary = "linear regression over X'X, computed once a call: a shortcut to the same trajectory",
    .flags = IB_DETERMINISTIC | IB_SHORTCUT,
    .open = gram_open,
    .close = free,
    .fused = &fused,
};

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *const all[] = {&cpu_gram};
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
