#include "reference.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Elements between rows: rows begin at multiples of a vector, or do not. */
enum { GAP = 3, ALIGNED_GAP = 4 };

/* ---- problems ---- */

uint64_t ref_seed;
bool ref_has_batches;

static double uniform(void) /* of -1 to 1 */
{
    ref_seed = ref_seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)(ref_seed >> 11 << 11) / 0x1p63;
}

static uint64_t one_of(uint64_t n) /* 1 to n */
{
    return 1 + (uint64_t)((uniform() + 1) / 2 * (double)n) % n;
}

double ref_get(const struct ib_view *m, uint64_t i, uint64_t j)
{
    const uint64_t at = i * m->ld + j;
    return m->type == IB_F32 ? (double)((const float *)m->p)[at] : ((const double *)m->p)[at];
}

void ref_set(struct ref_matrix *m, uint64_t i, uint64_t j, double value)
{
    const uint64_t at = i * m->view.ld + j;
    if (m->view.type == IB_F32)
        ((float *)m->view.p)[at] = (float)value;
    else
        ((double *)m->view.p)[at] = value;
    m->exact[i * m->view.cols + j] = ref_get(&m->view, i, j);
}

struct ref_matrix ref_matrix_new(uint64_t rows, uint64_t cols, enum ib_dtype type, double range)
{
    const uint64_t gap = ref_seed >> 40 & 1 ? GAP : ALIGNED_GAP;
    struct ref_matrix m = {.view = {NULL, rows, cols, cols + gap, type}};
    m.view.p = calloc(rows * m.view.ld + 1, sizeof(double));
    m.exact = calloc(rows * cols + 1, sizeof(double));
    assert_non_null(m.view.p);
    assert_non_null(m.exact);
    for (uint64_t i = 0; i < rows; i++) {
        for (uint64_t j = 0; j < cols; j++)
            ref_set(&m, i, j, range * uniform());
        for (uint64_t j = 0; j < gap; j++) /* what lies between rows must not be read */
            if (type == IB_F32)
                ((float *)m.view.p)[i * m.view.ld + cols + j] = NAN;
            else
                ((double *)m.view.p)[i * m.view.ld + cols + j] = NAN;
    }
    return m;
}

void ref_matrix_free(struct ref_matrix *m)
{
    free(m->view.p);
    free(m->exact);
}

static void make_positive(struct ref_matrix *m)
{
    for (uint64_t e = 0; e < m->view.rows * m->view.cols; e++)
        ref_set(m, e / m->view.cols, e % m->view.cols, fabs(m->exact[e]));
}

static void state_new(struct ref_problem *p, const uint64_t *width)
{
    enum { STEPS_BEFORE = 3 };
    p->n_moments = p->optimizer == IB_ADAM ? 2 : p->optimizer == IB_MOMENTUM ? 1 : 0;
    for (uint32_t l = 0; l < p->n_layers; l++) {
        p->w[l] = ref_matrix_new(width[l], width[l + 1], p->type, 2 / sqrt((double)width[l]));
        p->b[l] = ref_matrix_new(1, width[l + 1], p->type, 0.5);
        for (uint32_t k = 0; k < p->n_moments; k++) {
            p->moment_w[k][l] = ref_matrix_new(width[l], width[l + 1], p->type, 0.1);
            p->moment_b[k][l] = ref_matrix_new(1, width[l + 1], p->type, 0.1);
        }
        if (p->n_moments == 2) { /* a mean of squares */
            make_positive(&p->moment_w[1][l]);
            make_positive(&p->moment_b[1][l]);
        }
    }
    p->step = ref_matrix_new(1, 1, p->type, 0);
    ref_set(&p->step, 0, 0, STEPS_BEFORE);
}

struct ref_matrix *ref_state(struct ref_problem *p, uint32_t i)
{
    const uint32_t layer = i / 2 % p->n_layers, kept = i / 2 / p->n_layers;
    if (kept > p->n_moments)
        return p->optimizer == IB_ADAM && i == 2 * p->n_layers * (1 + p->n_moments) ? &p->step : NULL;
    if (kept == 0)
        return i % 2 == 0 ? &p->w[layer] : &p->b[layer];
    return i % 2 == 0 ? &p->moment_w[kept - 1][layer] : &p->moment_b[kept - 1][layer];
}

/* The number of steps of an epoch. */
static uint64_t steps_per_epoch(const struct ref_problem *p)
{
    return p->batch > 0 ? (p->x.view.rows - 1) / p->batch + 1 : 1;
}

/* Any batch, any order of the rows; training begins somewhere in an epoch. */
static void order_new(struct ref_problem *p, uint64_t rows)
{
    if (!ref_has_batches || one_of(3) == 1)
        return;
    p->batch = one_of(rows);
    p->order = calloc(REF_ORDERS * rows, sizeof *p->order);
    assert_non_null(p->order);
    for (uint32_t *order = p->order; order < p->order + REF_ORDERS * rows; order += rows)
        for (uint64_t i = 0; i < rows; i++) {
            const uint64_t other = one_of(i + 1) - 1;
            order[i] = order[other];
            order[other] = (uint32_t)i;
        }
    p->done = p->trained = one_of(2 * steps_per_epoch(p)) - 1;
}

struct ref_problem ref_problem_new(uint64_t rows, uint32_t n_layers, const uint64_t *width,
                                   enum ib_dtype type)
{
    struct ref_problem p = {
        .n_layers = n_layers, .type = type, .lr = 0.1, .beta1 = 0.75, .beta2 = 0.875, .epsilon = 0.25};
    p.act = (enum ib_act)one_of(3);
    p.loss = (enum ib_loss)one_of(IB_CE);
    p.optimizer = (enum ib_optimizer)(one_of(3) - 1);
    p.decay = one_of(2) == 1 ? 0 : 0.25;
    p.x = ref_matrix_new(rows, width[0], type, 1);
    p.y = ref_matrix_new(rows, width[n_layers], type, 1);
    p.x_test = ref_matrix_new(REF_TEST_ROWS, width[0], type, 1);
    state_new(&p, width);
    order_new(&p, rows);
    for (uint64_t i = 0; p.loss == IB_BCE && i < rows; i++)
        for (uint64_t j = 0; j < width[n_layers]; j++)
            ref_set(&p.y, i, j, p.y.exact[i * width[n_layers] + j] > 0);
    for (uint64_t i = 0; p.loss == IB_CE && i < rows; i++) {
        const uint64_t class = one_of(width[n_layers]) - 1;
        for (uint64_t j = 0; j < width[n_layers]; j++)
            ref_set(&p.y, i, j, j == class);
    }
    return p;
}

void ref_problem_free(struct ref_problem *p)
{
    ref_matrix_free(&p->x);
    ref_matrix_free(&p->y);
    ref_matrix_free(&p->x_test);
    free(p->order);
    if (p->optimizer != IB_ADAM)
        ref_matrix_free(&p->step);
    struct ref_matrix *m;
    for (uint32_t i = 0; (m = ref_state(p, i)) != NULL; i++)
        ref_matrix_free(m);
}

struct ref_problem ref_problem_any(enum ib_dtype type)
{
    uint64_t width[REF_MAX_LAYERS + 1] = {one_of(40)};
    const uint32_t n_layers = (uint32_t)one_of(REF_MAX_LAYERS);
    for (uint32_t l = 1; l < n_layers; l++)
        width[l] = one_of(3) == 1 ? 60 + one_of(40) : one_of(20);
    if (one_of(3) == 1)
        for (uint32_t l = 1; l < n_layers; l++)
            width[l] = 32 + one_of(60);
    width[n_layers] = one_of(2) == 1 ? 1 : one_of(36);
    return ref_problem_new(one_of(4) == 1 ? 200 + one_of(400) : one_of(70), n_layers, width, type);
}

/* ---- the reference, in f64 ---- */

static double activate(enum ib_act kind, double x)
{
    return kind == IB_RELU ? (x < 0 ? 0 : x) : kind == IB_TANH ? tanh(x) : 1 / (1 + exp(-x));
}

static double slope(enum ib_act kind, double y)
{
    return kind == IB_RELU ? (y > 0 ? 1 : 0) : kind == IB_TANH ? 1 - y * y : y * (1 - y);
}

/* out (rows x the layer's outputs) = in W + b. */
static void ref_layer(const struct ref_problem *p, uint32_t l, uint64_t rows, const double *in, double *out)
{
    const uint64_t n_in = p->w[l].view.rows, n_out = p->w[l].view.cols;
    for (uint64_t r = 0; r < rows; r++)
        for (uint64_t o = 0; o < n_out; o++) {
            double sum = p->b[l].exact[o];
            for (uint64_t i = 0; i < n_in; i++)
                sum += in[r * n_in + i] * p->w[l].exact[i * n_out + o];
            out[r * n_out + o] = l + 1 < p->n_layers ? activate(p->act, sum) : sum;
        }
}

void ref_forward(const struct ref_problem *p, uint64_t rows, const double *x, double **h)
{
    for (uint32_t l = 0; l < p->n_layers; l++) {
        h[l] = malloc(rows * p->w[l].view.cols * sizeof *h[l]);
        assert_non_null(h[l]);
        ref_layer(p, l, rows, l == 0 ? x : h[l - 1], h[l]);
    }
}

/* z becomes the row's softmax; returns what is subtracted from each z for the logarithm of that. */
static double softmax(uint64_t n, double *z)
{
    double largest = z[0], sum = 0;
    for (uint64_t j = 1; j < n; j++)
        largest = z[j] > largest ? z[j] : largest;
    for (uint64_t j = 0; j < n; j++)
        sum += exp(z[j] - largest);
    for (uint64_t j = 0; j < n; j++)
        z[j] = exp(z[j] - largest) / sum;
    return largest + log(sum);
}

void ref_predict(const struct ref_problem *p, uint64_t rows, double *z)
{
    const uint64_t outputs = p->y.view.cols;
    for (uint64_t i = 0; p->loss == IB_CE && i < rows; i++)
        softmax(outputs, z + i * outputs);
    for (uint64_t e = 0; p->loss == IB_BCE && e < rows * outputs; e++)
        z[e] = 1 / (1 + exp(-z[e]));
}

/* The rows of a step. */
struct ref_rows {
    uint64_t n;
    double *x, *y;
};

static double ref_class_grad(const struct ref_rows *rows, uint64_t outputs, double *z)
{
    double sum = 0;
    for (uint64_t i = 0; i < rows->n; i++, z += outputs) {
        const double *y = rows->y + i * outputs;
        for (uint64_t j = 0; j < outputs; j++)
            sum -= y[j] * z[j];
        sum += softmax(outputs, z);
        for (uint64_t j = 0; j < outputs; j++)
            z[j] = (z[j] - y[j]) / (double)rows->n;
    }
    return sum / (double)rows->n;
}

/* z becomes the gradient of the loss, which is returned. */
static double ref_loss_grad(const struct ref_problem *p, const struct ref_rows *rows, double *z)
{
    const uint64_t count = rows->n * p->y.view.cols;
    double sum = 0;
    if (p->loss == IB_CE)
        return ref_class_grad(rows, p->y.view.cols, z);
    for (uint64_t e = 0; e < count; e++) {
        const double y = rows->y[e], error = (p->loss == IB_BCE ? 1 / (1 + exp(-z[e])) : z[e]) - y;
        sum += p->loss == IB_BCE ? (z[e] < 0 ? 0 : z[e]) - z[e] * y + log1p(exp(-fabs(z[e]))) : error * error;
        z[e] = error * (p->loss == IB_MSE ? 2 : 1) / (double)count;
    }
    return sum * (p->loss == IB_HALF_MSE ? 0.5 : 1) / (double)count;
}

/* The update of parameter i of the state by its gradient. */
static void ref_update(struct ref_problem *p, uint32_t i, const double *grad)
{
    const struct ref_matrix *m = ref_state(p, i);
    double *moment[IB_MAX_MOMENTS] = {NULL};
    for (uint32_t k = 0; k < p->n_moments; k++)
        moment[k] = ref_state(p, i + 2 * p->n_layers * (k + 1))->exact;
    for (uint64_t e = 0; e < m->view.rows * m->view.cols; e++) {
        const double g = grad[e] + (p->decay != 0 ? p->decay * m->exact[e] : 0), t = p->step.exact[0];
        double change = g;
        if (p->optimizer == IB_MOMENTUM)
            change = moment[0][e] = p->beta1 * moment[0][e] + g;
        if (p->optimizer == IB_ADAM) {
            moment[0][e] = p->beta1 * moment[0][e] + (1 - p->beta1) * g;
            moment[1][e] = p->beta2 * moment[1][e] + (1 - p->beta2) * g * g;
            change = moment[0][e] / (1 - pow(p->beta1, t)) /
                     (sqrt(moment[1][e] / (1 - pow(p->beta2, t))) + p->epsilon);
        }
        m->exact[e] -= p->lr * change;
    }
}

/* The gradient of layer l from its error; then the error below, over the activations there; then the update.
 */
static void ref_backward(struct ref_problem *p, uint32_t l, uint64_t rows, double *in, const double *error)
{
    const uint64_t n_in = p->w[l].view.rows, n_out = p->w[l].view.cols;
    double *grad = calloc(n_in * n_out + n_out, sizeof *grad);
    assert_non_null(grad);
    for (uint64_t r = 0; r < rows; r++)
        for (uint64_t o = 0; o < n_out; o++) {
            grad[n_in * n_out + o] += error[r * n_out + o];
            for (uint64_t i = 0; i < n_in; i++)
                grad[i * n_out + o] += in[r * n_in + i] * error[r * n_out + o];
        }
    for (uint64_t e = 0; l > 0 && e < rows * n_in; e++) {
        double sum = 0;
        for (uint64_t o = 0; o < n_out; o++)
            sum += p->w[l].exact[e % n_in * n_out + o] * error[e / n_in * n_out + o];
        in[e] = sum * slope(p->act, in[e]);
    }
    ref_update(p, 2 * l, grad);
    ref_update(p, 2 * l + 1, grad + n_in * n_out);
    free(grad);
}

/* Rows `first` and so on of an order, or of all. */
static struct ref_rows ref_take(const struct ref_problem *p, const uint32_t *order, uint64_t first,
                                uint64_t n)
{
    const uint64_t inputs = p->x.view.cols, outputs = p->y.view.cols;
    struct ref_rows rows = {n, malloc(n * inputs * sizeof(double)), malloc(n * outputs * sizeof(double))};
    assert_non_null(rows.x);
    assert_non_null(rows.y);
    for (uint64_t i = 0; i < n; i++) {
        const uint64_t r = order != NULL ? order[first + i] : i;
        memcpy(rows.x + i * inputs, p->x.exact + r * inputs, inputs * sizeof(double));
        memcpy(rows.y + i * outputs, p->y.exact + r * outputs, outputs * sizeof(double));
    }
    return rows;
}

/* Returns the loss before the step. */
static double ref_step(struct ref_problem *p, const struct ref_rows *rows)
{
    double *h[REF_MAX_LAYERS];
    const uint32_t last = p->n_layers - 1;
    ref_forward(p, rows->n, rows->x, h);
    const double loss = ref_loss_grad(p, rows, h[last]);
    p->step.exact[0]++;
    for (uint32_t l = p->n_layers; l-- > 0;)
        ref_backward(p, l, rows->n, l == 0 ? rows->x : h[l - 1], h[l]);
    for (uint32_t l = 0; l <= last; l++)
        free(h[l]);
    return loss;
}

double ref_steps(struct ref_problem *p, uint64_t n)
{
    const uint64_t all = p->x.view.rows, each = steps_per_epoch(p);
    double sum = 0, count = 0;
    for (const uint64_t end = p->done + n; p->done < end; p->done++) {
        const uint64_t epoch = p->done / each, first = p->done % each * p->batch;
        const uint32_t *order = p->order != NULL ? p->order + epoch % REF_ORDERS * all : NULL;
        struct ref_rows rows =
            ref_take(p, order, first, p->batch > 0 && p->batch < all - first ? p->batch : all - first);
        if (p->done % each == 0)
            sum = count = 0;
        sum += ref_step(p, &rows) * (double)rows.n;
        count += (double)rows.n;
        free(rows.x);
        free(rows.y);
    }
    return sum / count;
}
