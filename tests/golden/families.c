#include "families.h"

#include "base/rng.h"

#include <math.h>
#include <stdlib.h>

/* A problem of the shape, with random features, an epoch's number and a test row or two. */
static void make(struct test_problem *p, struct ib_rng *rng, struct ib_network net, uint64_t rows,
                 uint64_t epochs)
{
    const enum ib_init init = net.n_layers == 1 ? IB_ZEROS : (enum ib_init)(IB_NORMAL + ib_rng_below(rng, 3));
    test_problem_random(p, &net, init, rows, 2, ib_rng_below(rng, 1u << 30));
    p->oracle.epochs = epochs;
}

/* One of: linear and logistic regression, and networks of one to three hidden layers. */
static struct ib_network any_network(struct ib_rng *rng, uint64_t inputs, bool deep)
{
    struct ib_network net = {.n_layers = 1, .width = {inputs, 1}, .act = IB_RELU, .loss = IB_HALF_MSE};
    const uint64_t kind = ib_rng_below(rng, deep ? 4 : 2);
    if (kind == 1)
        net.loss = IB_BCE;
    if (kind < 2)
        return net;
    net.n_layers = 2 + (uint32_t)ib_rng_below(rng, 3);
    for (uint32_t l = 1; l < net.n_layers; l++)
        net.width[l] = 2 + ib_rng_below(rng, 7);
    net.width[net.n_layers] = 1;
    net.act = (enum ib_act)(IB_RELU + ib_rng_below(rng, 3));
    net.loss = IB_MSE;
    return net;
}

/* The largest eigenvalue of the features' second moments, a constant column included. */
static double curvature(const struct test_problem *p)
{
    const uint64_t n = p->oracle.spec.rows, d = p->oracle.spec.net.width[0];
    double *v = calloc(d + 1, sizeof *v), *next = calloc(d + 1, sizeof *next), norm = 1;
    if (!v || !next)
        abort();
    for (uint64_t i = 0; i <= d; i++)
        v[i] = 1 / sqrt((double)(d + 1)) + (double)i * 0.01;
    for (int turn = 0; turn < 500; turn++) {
        for (uint64_t i = 0; i <= d; i++)
            next[i] = 0;
        for (uint64_t r = 0; r < n; r++) {
            double z = v[d];
            for (uint64_t i = 0; i < d; i++)
                z += p->x[r * d + i] * v[i];
            for (uint64_t i = 0; i <= d; i++)
                next[i] += z * (i < d ? p->x[r * d + i] : 1) / (double)n;
        }
        norm = 0;
        for (uint64_t i = 0; i <= d; i++)
            norm += next[i] * next[i];
        norm = sqrt(norm);
        for (uint64_t i = 0; i <= d; i++)
            v[i] = next[i] / norm;
    }
    free(v);
    free(next);
    return norm;
}

/* A rate that is `part` of the regressions' largest, or a usual one for networks. */
static void set_rate(struct test_problem *p, struct ib_rng *rng, double part)
{
    static const double usual[] = {0.003, 0.01, 0.03, 0.1};
    const struct ib_network *net = &p->oracle.spec.net;
    const double largest = (net->loss == IB_BCE ? 8 : net->loss == IB_CE ? 4 : 2) / curvature(p);
    const double rate = usual[ib_rng_below(rng, 4)];
    p->oracle.spec.lr = net->n_layers == 1 ? part * largest : fmin(rate, part * largest);
}

static uint64_t length(struct ib_rng *rng)
{
    static const uint64_t lengths[] = {10, 100, 1000, 3000};
    return lengths[ib_rng_below(rng, 4)];
}

static struct ib_rng seeded(uint64_t seed)
{
    struct ib_rng rng;
    ib_rng_seed(&rng, 77 + seed);
    return rng;
}

/* y = 2 x + 1; the first has 20 rows from 1 to 20, standardised as data sets are */
static void open_line(struct test_problem *p, uint64_t seed)
{
    struct ib_rng rng = seeded(seed);
    const uint64_t n = seed == 0 ? 20 : 2 + ib_rng_below(&rng, 60);
    make(p, &rng, (struct ib_network){.n_layers = 1, .width = {1, 1}, .loss = IB_HALF_MSE}, n, length(&rng));
    const double mean = ((double)n + 1) / 2, sd = sqrt(((double)n * (double)n - 1) / 12);
    for (uint64_t i = 0; i < n; i++) {
        p->x[i] = ((double)i + 1 - mean) / sd;
        p->y[i] = 2 * ((double)i + 1) + 1;
    }
    p->x_test[0] = (1 - mean) / sd;
    p->x_test[1] = 0;
    set_rate(p, &rng, seed % 2 ? 0.5 : 0.05);
}

static void open_two_rows(struct test_problem *p, uint64_t seed)
{
    struct ib_rng rng = seeded(seed);
    make(p, &rng, any_network(&rng, 1 + ib_rng_below(&rng, 4), true), 2, length(&rng));
    set_rate(p, &rng, 0.3);
}

/* Targets that a regression reaches exactly. */
static void open_noiseless(struct test_problem *p, uint64_t seed)
{
    struct ib_rng rng = seeded(seed);
    const uint64_t d = 1 + ib_rng_below(&rng, 6), n = 60;
    struct ib_network net = any_network(&rng, d, true);
    if (net.loss == IB_BCE)
        net.loss = IB_HALF_MSE;
    make(p, &rng, net, n, length(&rng));
    for (uint64_t r = 0; r < n; r++) {
        p->y[r] = 1;
        for (uint64_t i = 0; i < d; i++)
            p->y[r] += p->x[r * d + i] * (double)(i + 1);
    }
    set_rate(p, &rng, 0.5);
}

/* Each row twice, with opposite targets. */
static void open_contradicting(struct test_problem *p, uint64_t seed)
{
    struct ib_rng rng = seeded(seed);
    const uint64_t d = 1 + ib_rng_below(&rng, 6), n = 2 * (1 + ib_rng_below(&rng, 30));
    make(p, &rng, any_network(&rng, d, true), n, length(&rng));
    const bool classes = p->oracle.spec.net.loss == IB_BCE;
    for (uint64_t r = 0; r < n; r++) {
        for (uint64_t i = 0; i < d && r % 2; i++)
            p->x[r * d + i] = p->x[(r - 1) * d + i];
        p->y[r] = r % 2 ? (classes ? 0 : -1) : 1;
    }
    set_rate(p, &rng, 0.5);
}

/* Rows in pairs x and -x with even targets: the weights stay zero, apart from rounding. */
static void open_zero_weights(struct test_problem *p, uint64_t seed)
{
    struct ib_rng rng = seeded(seed);
    const uint64_t d = 1 + ib_rng_below(&rng, 6), n = 2 * (1 + ib_rng_below(&rng, 30));
    make(p, &rng, any_network(&rng, d, false), n, length(&rng));
    const bool classes = p->oracle.spec.net.loss == IB_BCE;
    for (uint64_t r = 0; r < n; r++) {
        for (uint64_t i = 0; i < d && r % 2; i++)
            p->x[r * d + i] = -p->x[(r - 1) * d + i];
        if (r % 2 || seed % 3 == 0)
            p->y[r] = r % 2 && seed % 3 ? p->y[r - 1] : classes ? (double)(r / 2 % 2) : 0;
    }
    set_rate(p, &rng, 0.5);
}

static void open_collinear(struct test_problem *p, uint64_t seed)
{
    struct ib_rng rng = seeded(seed);
    const uint64_t d = 2 + ib_rng_below(&rng, 5), n = 10 + ib_rng_below(&rng, 100);
    const double noise = seed % 3 == 0 ? 0 : seed % 3 == 1 ? 1e-8 : 1e-3;
    make(p, &rng, any_network(&rng, d, true), n, length(&rng));
    for (uint64_t r = 0; r < n; r++)
        p->x[r * d + 1] = p->x[r * d] + noise * ib_rng_normal(&rng);
    set_rate(p, &rng, 0.5);
}

/* Columns from a thousandth to a thousand. */
static void open_badly_scaled(struct test_problem *p, uint64_t seed)
{
    struct ib_rng rng = seeded(seed);
    const uint64_t d = 2 + ib_rng_below(&rng, 5), n = 10 + ib_rng_below(&rng, 100);
    make(p, &rng, any_network(&rng, d, true), n, length(&rng));
    for (uint64_t i = 0; i < d; i++) {
        const double scale = pow(10, -3 + 6 * (double)i / (double)(d - 1));
        for (uint64_t r = 0; r < n; r++)
            p->x[r * d + i] *= scale;
        for (uint64_t r = 0; r < 2; r++)
            p->x_test[r * d + i] *= scale;
    }
    set_rate(p, &rng, 0.3);
}

static void open_wide(struct test_problem *p, uint64_t seed)
{
    struct ib_rng rng = seeded(seed);
    const uint64_t d = 20 + ib_rng_below(&rng, 60);
    make(p, &rng, any_network(&rng, d, true), 2 + ib_rng_below(&rng, 15), length(&rng));
    set_rate(p, &rng, 0.5);
}

static void open_constant(struct test_problem *p, uint64_t seed)
{
    struct ib_rng rng = seeded(seed);
    const uint64_t n = 2 + ib_rng_below(&rng, 60);
    make(p, &rng, any_network(&rng, 1 + ib_rng_below(&rng, 6), true), n, length(&rng));
    for (uint64_t r = 0; r < n; r++)
        p->y[r] = p->oracle.spec.net.loss == IB_BCE ? 1 : seed % 2 ? 3.7 : 0;
    set_rate(p, &rng, 0.5);
}

/* Regressions at 0.97 to 1.01 of their largest rate, networks at rates that are often too large. */
static void open_edge(struct test_problem *p, uint64_t seed)
{
    static const double part[] = {0.97, 0.99, 0.999, 1, 1.01}, rate[] = {0.1, 0.3, 0.5, 1};
    struct ib_rng rng = seeded(seed);
    make(p, &rng, any_network(&rng, 1 + ib_rng_below(&rng, 8), true), 2 + ib_rng_below(&rng, 60),
         length(&rng));
    set_rate(p, &rng, part[seed % 5]);
    if (p->oracle.spec.net.n_layers > 1)
        p->oracle.spec.lr = rate[ib_rng_below(&rng, 4)];
}

static void open_deep(struct test_problem *p, uint64_t seed)
{
    struct ib_rng rng = seeded(seed);
    struct ib_network net = {.n_layers = 8, .act = (enum ib_act)(IB_RELU + seed % 3), .loss = IB_MSE};
    for (uint32_t l = 0; l < 8; l++)
        net.width[l] = 3 + ib_rng_below(&rng, 6);
    net.width[8] = 1;
    make(p, &rng, net, 10 + ib_rng_below(&rng, 50), length(&rng));
    set_rate(p, &rng, 0.3);
}

static void open_long(struct test_problem *p, uint64_t seed)
{
    struct ib_rng rng = seeded(seed);
    make(p, &rng, any_network(&rng, 1 + ib_rng_below(&rng, 6), true), 2 + ib_rng_below(&rng, 40), 20000);
    set_rate(p, &rng, 0.3);
}

static void open_tall(struct test_problem *p, uint64_t seed)
{
    struct ib_rng rng = seeded(seed);
    make(p, &rng, any_network(&rng, 1 + ib_rng_below(&rng, 4), false), seed % 8 == 7 ? 100000 : 2000,
         seed % 8 == 7 ? 3 : 20);
    set_rate(p, &rng, 0.3);
}

/* The same, and their counterparts for three to ten classes. */
static struct ib_network any_task(struct ib_rng *rng, uint64_t inputs)
{
    struct ib_network net = any_network(rng, inputs, true);
    if (ib_rng_below(rng, 2) == 0)
        return net;
    net.loss = IB_CE;
    net.width[net.n_layers] = 3 + ib_rng_below(rng, 8);
    return net;
}

static void open_classes(struct test_problem *p, uint64_t seed)
{
    struct ib_rng rng = seeded(seed);
    struct ib_network net = any_network(&rng, 1 + ib_rng_below(&rng, 8), true);
    net.loss = IB_CE;
    net.width[net.n_layers] = 3 + ib_rng_below(&rng, 8);
    make(p, &rng, net, 20 + ib_rng_below(&rng, 100), length(&rng));
    set_rate(p, &rng, 0.5);
}

/* Any task by this optimiser. Adam's rate is the size of its first changes. */
static void open_optimizer(struct test_problem *p, uint64_t seed, enum ib_optimizer optimizer, bool decays)
{
    static const double adams[] = {0.001, 0.003, 0.01, 0.03};
    struct ib_rng rng = seeded(seed);
    make(p, &rng, any_task(&rng, 1 + ib_rng_below(&rng, 8)), 10 + ib_rng_below(&rng, 100), length(&rng));
    set_rate(p, &rng, optimizer == IB_MOMENTUM ? 0.1 : 0.5);
    p->oracle.spec.optimizer = optimizer;
    p->oracle.spec.weight_decay = decays ? 1.0 / 32 : 0;
    if (optimizer == IB_ADAM)
        p->oracle.spec.lr = adams[ib_rng_below(&rng, 4)];
}

static void open_momentum(struct test_problem *p, uint64_t seed)
{
    open_optimizer(p, seed, IB_MOMENTUM, false);
}

static void open_adam(struct test_problem *p, uint64_t seed)
{
    open_optimizer(p, seed, IB_ADAM, false);
}

static void open_decay(struct test_problem *p, uint64_t seed)
{
    open_optimizer(p, seed, (enum ib_optimizer)(seed % 3), true);
}

/* Batches of 1 to half of the rows; epochs are as many as make a few thousand steps. */
static void make_batches(struct test_problem *p, uint64_t seed)
{
    struct ib_rng rng = seeded(seed ^ 0x626174);
    const uint64_t rows = p->oracle.spec.rows, batch = 1 + ib_rng_below(&rng, rows / 2);
    p->oracle.epochs = 1 + p->oracle.epochs * batch / rows;
    test_problem_batches(p, batch, seed);
}

static void open_batches(struct test_problem *p, uint64_t seed)
{
    open_optimizer(p, seed, seed % 2 ? IB_MOMENTUM : IB_SGD, false);
    make_batches(p, seed);
    p->oracle.spec.lr /= 4;
}

static void open_batches_adam(struct test_problem *p, uint64_t seed)
{
    open_optimizer(p, seed, IB_ADAM, false);
    make_batches(p, seed);
}

const struct family families[] = {
    {"line", open_line, true},
    {"two rows", open_two_rows, true},
    {"noiseless", open_noiseless, true},
    {"contradicting", open_contradicting, true},
    {"zero weights", open_zero_weights, true},
    {"collinear", open_collinear, true},
    {"badly scaled", open_badly_scaled, true},
    {"wide", open_wide, true},
    {"constant", open_constant, true},
    {"tall", open_tall, true},
    {"edge of stability", open_edge, false},
    {"8 layers", open_deep, false},
    {"20,000 epochs", open_long, false},
    {"classes", open_classes, true},
    {"momentum", open_momentum, true},
    {"adam", open_adam, false},
    {"weight decay", open_decay, false},
    {"batches", open_batches, true},
    {"batches, adam", open_batches_adam, false},
    {NULL, NULL, false},
};
