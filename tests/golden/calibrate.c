/* How far honest trainings part from the oracle's: the measurement behind results/tolerances.md.
 *
 * `calibrate seed SEEDS [ROW]` trains the seed's networks from starts 0 to SEEDS-1. For f32, f64 and TF32 it
 * prints the error of the drift trajectory and of three other honest trainings, over epochs 1 to 50, to 1000,
 * to 2000 and on, that of the parameters, and the verdict.
 *
 * `calibrate random N [ARITHMETIC]` trains N random networks, many of them at rates where rounding grows
 * fast. It prints how many honest trainings are called wrong, and how many with a rate 1 % too high are not.
 *
 * `calibrate steps N [ARITHMETIC]` checks single epochs of N random networks, from the start and from later
 * on: how many honest ones are called wrong, and how many of each kind of mistake are not. */
#include "../unit/fixtures/problem.h"
#include "base/rng.h"
#include "diagnose/diagnose.h"
#include "stats/stats.h"
#include "verify/verify_drifts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The oracle once more, compiled for speed: other rounding in every operation (oracle_fast.c). */
enum ib_status ib_fast_train(const struct ib_oracle_problem *, struct ib_trajectory *out);

/* The arithmetics of answers. In TF32 the drift trajectory cuts factors off, and the fast oracle rounds them.
 */
static const struct arithmetic {
    const char *name;
    enum ib_dtype type;
    enum ib_products products;
} arithmetics[] = {{"f32", IB_F32, IB_PRODUCTS_F32},
                   {"f64", IB_F64, IB_PRODUCTS_F32},
                   {"tf32", IB_F32, IB_PRODUCTS_TF32},
                   {"bf16", IB_F32, IB_PRODUCTS_BF16},
                   {"fp16", IB_F32, IB_PRODUCTS_FP16}};
enum { ARITHMETICS = sizeof arithmetics / sizeof *arithmetics };
static const struct arithmetic *const truth = &arithmetics[1];

/* The seed's networks are judged by the first sample of drift alone, all else as in a sweep. */
static struct ib_trajectory drifted(struct ib_oracle_problem problem, const struct arithmetic *a, unsigned n)
{
    struct ib_trajectory out;
    problem.arithmetic = ib_drift_arithmetic(a->type, a->products, n);
    if (ib_oracle_train(&problem, &out) != IB_OK)
        abort();
    return out;
}

typedef enum ib_status trainer(const struct ib_oracle_problem *, struct ib_trajectory *out);

static struct ib_trajectory trained(trainer *train, struct ib_oracle_problem problem,
                                    const struct arithmetic *a, bool reversed)
{
    struct ib_trajectory out;
    problem.arithmetic.type = a->type;
    problem.arithmetic.products = a->products;
    problem.arithmetic.reversed = reversed;
    if (train(&problem, &out) != IB_OK)
        abort();
    return out;
}

/* A problem with its truth, and for one type the drift and other honest trainings. */
enum { HONEST = 3 };
static const char *const honest_names[HONEST] = {"fast", "shuffled", "both"};

struct trial {
    const struct arithmetic *a;
    struct ib_trajectory truth, drift[IB_DRIFTS], honest[HONEST];
};

static struct trial open_trial(struct test_problem *p, const struct arithmetic *a)
{
    struct trial t = {.a = a, .truth = trained(ib_oracle_train, p->oracle, truth, false)};
    for (unsigned n = 0; n < IB_DRIFTS; n++)
        t.drift[n] = drifted(p->oracle, a, n);
    t.honest[0] = trained(ib_fast_train, p->oracle, a, false);
    test_problem_shuffle(p);
    t.honest[1] = trained(ib_oracle_train, p->oracle, a, false);
    t.honest[2] = trained(ib_fast_train, p->oracle, a, true);
    return t;
}

static void close_trial(struct trial *t)
{
    ib_trajectory_free(&t->truth);
    for (int i = 0; i < IB_DRIFTS; i++)
        ib_trajectory_free(&t->drift[i]);
    for (int i = 0; i < HONEST; i++)
        ib_trajectory_free(&t->honest[i]);
}

/* The n-th sample of drift: ib_drift_source. */
static bool draw_drift(void *context, size_t wrong_step, unsigned n, struct ib_reference *reference,
                       struct ib_outcome *why)
{
    const struct trial *t = context;
    (void)wrong_step;
    (void)why;
    reference->drift = &t->drift[n];
    return true;
}

static struct ib_verification verdict_on(const struct test_problem *p, struct trial *t,
                                         const struct ib_trajectory *other)
{
    struct ib_training_spec spec = p->oracle.spec;
    spec.dtype = t->a->type;
    double *predicted = calloc(p->oracle.spec.test_rows * 2, sizeof *predicted);
    if (!predicted)
        abort();
    ib_oracle_predict(&p->oracle.spec.net, other->params, p->oracle.spec.test_rows, p->x_test, predicted);
    struct ib_reference reference = {.spec = &spec,
                                     .epochs = p->oracle.epochs,
                                     .start = p->start,
                                     .truth = &t->truth,
                                     .drift = &t->drift[0],
                                     .x_test = p->x_test};
    const struct ib_answer answer = {.products = t->a->products,
                                     .epochs = other->epochs,
                                     .curve = other->curve,
                                     .params = other->params,
                                     .predictions = predicted};
    struct ib_verification v;
    struct ib_outcome why;
    ib_verify_drifts(&reference, &answer, &(struct ib_drift_source){draw_drift, t}, &v, &why);
    if (ib_diagnose(&reference, &answer, &v) != IB_OK)
        abort();
    free(predicted);
    return v;
}

/* ---- the seed's networks ---- */

static const struct row {
    const char *name;
    const char *file;
    struct ib_network net;
    enum ib_init init;
    double lr;
    uint64_t epochs;
} table[] = {
    {"linreg", "real_estate.json", {.n_layers = 1, .loss = IB_HALF_MSE}, IB_ZEROS, 0.01, 10000},
    {"logreg", "spam.json", {.n_layers = 1, .loss = IB_BCE}, IB_ZEROS, 0.01, 10000},
    {"mlp-6", "real_estate.json", {2, {6, 6, 1}, IB_RELU, IB_MSE}, IB_NORMAL, 0.005, 40000},
    {"mlp-6-6", "real_estate.json", {3, {6, 6, 6, 1}, IB_RELU, IB_MSE}, IB_NORMAL, 0.005, 40000},
    {"mlp-6-6-slow", "real_estate.json", {3, {6, 6, 6, 1}, IB_RELU, IB_MSE}, IB_NORMAL, 0.001, 100000},
};

static double test_mse(const struct test_problem *p, const double *params)
{
    double sum = 0;
    for (uint64_t i = 0; i < p->oracle.spec.test_rows; i++) {
        double predicted;
        ib_oracle_predict(&p->oracle.spec.net, params, 1, p->x_test + i * p->oracle.spec.net.width[0],
                          &predicted);
        const double error = p->y_scale * predicted + p->y_mean - p->y_test[i];
        sum += error * error;
    }
    return sum / (double)p->oracle.spec.test_rows;
}

static double loss_error(const struct ib_trajectory *t, const struct ib_trajectory *truth, uint64_t from,
                         uint64_t to)
{
    double worst = 0;
    for (uint64_t i = 0; i < truth->curve.n; i++)
        if (truth->curve.epoch[i] >= from && truth->curve.epoch[i] <= to)
            worst = fmax(worst, fabs(t->curve.loss[i] / truth->curve.loss[i] - 1));
    return worst;
}

static void print_training(const struct test_problem *p, struct trial *t, const char *name,
                           const struct ib_trajectory *other)
{
    const struct ib_verification v = verdict_on(p, t, other);
    printf("  %s %-9s loss %.1e %.1e %.1e %.1e  params %.1e  test mse %.8f  %s %s\n", t->a->name, name,
           loss_error(other, &t->truth, 1, 50), loss_error(other, &t->truth, 51, 1000),
           loss_error(other, &t->truth, 1001, 2000), loss_error(other, &t->truth, 2001, UINT64_MAX),
           v.params_error, test_mse(p, other->params), ib_word_of(ib_verdict_words, v.verdict), v.reason);
}

/* Returns the test error of the truth; NaN without the data. */
static double run_seed(const struct row *row, uint64_t seed)
{
    double mse = NAN;
    for (const struct arithmetic *a = arithmetics; a < arithmetics + ARITHMETICS; a++) {
        struct test_problem p;
        if (!test_problem_seed(&p, row->file, &row->net, row->init, seed))
            return NAN;
        p.oracle.spec.lr = row->lr;
        p.oracle.epochs = row->epochs;
        struct trial t = open_trial(&p, a);
        mse = test_mse(&p, t.truth.params);
        if (a == arithmetics)
            printf("%s seed %llu: test mse %.8f\n", row->name, (unsigned long long)seed, mse);
        print_training(&p, &t, "drift", &t.drift[0]);
        for (int i = 0; i < HONEST; i++)
            print_training(&p, &t, honest_names[i], &t.honest[i]);
        close_trial(&t);
        test_problem_free(&p);
    }
    fflush(stdout);
    return mse;
}

static void run_seeds(uint64_t seeds, const char *only)
{
    for (size_t r = 0; r < sizeof table / sizeof *table; r++) {
        double mse[100];
        const uint64_t n = table[r].init == IB_ZEROS ? 1 : seeds < 100 ? seeds : 100;
        if (only && strcmp(only, table[r].name) != 0)
            continue;
        for (uint64_t seed = 0; seed < n; seed++)
            mse[seed] = run_seed(&table[r], seed);
        printf("%s: median test mse over %llu seeds %.4f\n", table[r].name, (unsigned long long)n,
               ib_median(mse, n));
    }
}

/* ---- random networks ---- */

static void open_random(struct test_problem *p, uint64_t seed)
{
    static const double rates[] = {0.003, 0.01, 0.03, 0.1, 0.3, 1};
    static const uint64_t lengths[] = {100, 500, 2000, 2000};
    struct ib_rng rng;
    struct ib_network net = {0};
    ib_rng_seed(&rng, seed);
    net.n_layers = 1 + (uint32_t)ib_rng_below(&rng, 5);
    for (uint32_t l = 0; l < net.n_layers; l++)
        net.width[l] = 1 + ib_rng_below(&rng, 10);
    net.width[net.n_layers] = 1 + ib_rng_below(&rng, 2);
    net.act = (enum ib_act)(IB_RELU + ib_rng_below(&rng, 3));
    net.loss = (enum ib_loss)(IB_HALF_MSE + ib_rng_below(&rng, 3));
    const enum ib_init init = (enum ib_init)(IB_NORMAL + ib_rng_below(&rng, 3));
    test_problem_random(p, &net, init, 2 + ib_rng_below(&rng, 150), 2, seed);
    p->oracle.spec.lr = rates[ib_rng_below(&rng, 6)];
    p->oracle.epochs = lengths[ib_rng_below(&rng, 4)];
}

/* only: the name of one arithmetic; NULL: all. */
static void run_random(uint64_t n, const char *only)
{
    for (const struct arithmetic *a = arithmetics; a < arithmetics + ARITHMETICS; a++) {
        uint64_t alarms = 0, alarmed = 0, missed = 0;
        if (only && strcmp(only, a->name) != 0)
            continue;
        for (uint64_t seed = 0; seed < n; seed++) {
            struct test_problem p;
            uint64_t wrong = 0;
            open_random(&p, seed);
            struct trial t = open_trial(&p, a);
            for (int i = 0; i < HONEST; i++)
                wrong += verdict_on(&p, &t, &t.honest[i]).verdict == IB_WRONG;
            alarms += wrong;
            alarmed += wrong > 0;
            p.oracle.spec.lr *= 1.01;
            struct ib_trajectory faulty = trained(ib_oracle_train, p.oracle, a, false);
            missed += verdict_on(&p, &t, &faulty).verdict != IB_WRONG;
            ib_trajectory_free(&faulty);
            close_trial(&t);
            test_problem_free(&p);
        }
        printf("%s: %llu of %llu honest trainings called wrong (of %llu problems), %llu of %llu faulty ones "
               "missed\n",
               a->name, (unsigned long long)alarms, (unsigned long long)(HONEST * n),
               (unsigned long long)alarmed, (unsigned long long)missed, (unsigned long long)n);
    }
}

/* ---- single epochs ---- */

enum mistake { TIMES_1_01, ONE_COLUMN, ONE_ROW, ONE_BIAS, TRANSPOSED, FIRST_HALF, MISTAKES };
static const char *const mistake_names[] = {"gradient 1 % too large", "one column of a gradient missing",
                                            "one row missing",        "one bias's gradient missing",
                                            "a gradient transposed",  "first half of the rows only"};

/* An epoch from p->start, in the type, with the oracle's word on it. */
struct epoch {
    struct ib_step step;
    double *from, *to, *gradient, *truth, *drift[IB_DRIFTS];
    double drift_loss[IB_DRIFTS];
};

static double *doubles(uint64_t n)
{
    double *v = calloc(n + 1, sizeof *v);
    if (!v)
        abort();
    return v;
}

static struct epoch open_epoch(const struct test_problem *p, const struct arithmetic *a)
{
    const uint64_t size = ib_network_size(&p->oracle.spec.net), sketch = ib_sketch_size(&p->oracle.spec.net);
    struct epoch e = {
        .from = doubles(size), .to = doubles(size), .gradient = doubles(size), .truth = doubles(sketch)};
    struct ib_oracle_problem problem = p->oracle;
    for (uint64_t i = 0; i < size; i++)
        e.from[i] = a->type == IB_F32 ? (double)(float)p->start[i] : p->start[i];
    e.step = (struct ib_step){.number = 1, .from = e.from, .to = e.to, .truth = {0, e.truth}};
    problem.arithmetic.type = IB_F64;
    if (ib_oracle_step(&problem, &e.step.truth.loss, e.truth) != IB_OK)
        abort();
    for (unsigned n = 0; n < IB_DRIFTS; n++) {
        e.drift[n] = doubles(sketch);
        problem.arithmetic = ib_drift_arithmetic(a->type, a->products, n);
        if (ib_oracle_step(&problem, &e.drift_loss[n], e.drift[n]) != IB_OK)
            abort();
    }
    return e;
}

static void close_epoch(struct epoch *e)
{
    free(e->from);
    free(e->to);
    free(e->gradient);
    free(e->truth);
    for (unsigned n = 0; n < IB_DRIFTS; n++)
        free(e->drift[n]);
}

static bool is_wrong(const struct test_problem *p, struct epoch *e, const struct arithmetic *a)
{
    struct ib_step_result finding = {.wrong = true};
    struct ib_training_spec spec = p->oracle.spec;
    spec.dtype = a->type;
    for (unsigned n = 0; n < IB_DRIFTS && finding.wrong; n++) {
        e->step.drift = (struct ib_sketched){e->drift_loss[n], e->drift[n]};
        if (ib_step_check(&spec, a->products, &e->step, &finding) != IB_OK)
            abort();
    }
    return finding.wrong;
}

/* An honest implementation's epoch. */
static bool honest_is_wrong(const struct test_problem *p, struct epoch *e, const struct arithmetic *a,
                            trainer *train, bool reversed)
{
    struct ib_oracle_problem problem = p->oracle;
    problem.params = e->from;
    problem.epochs = 1;
    struct ib_trajectory t = trained(train, problem, a, reversed);
    e->step.loss = t.curve.loss[0];
    memcpy(e->to, t.params, t.size * sizeof *e->to);
    ib_trajectory_free(&t);
    return is_wrong(p, e, a);
}

/* Puts the mistake into the gradient; false where the network leaves no room for it. */
static bool make_mistake(const struct test_problem *p, struct epoch *e, enum mistake mistake, uint64_t rows)
{
    const struct ib_network *net = &p->oracle.spec.net;
    const uint64_t n_in = net->width[0], n_out = net->width[1], size = ib_network_size(net);
    double *g = e->gradient, was[200];
    for (uint64_t i = 0; i < size && mistake == TIMES_1_01; i++)
        g[i] *= 1.01;
    for (uint64_t i = 0; i < n_in && mistake == ONE_COLUMN; i++)
        g[i * n_out + n_out - 1] = 0;
    for (uint64_t j = 0; j < n_out && mistake == ONE_ROW; j++)
        g[(n_in - 1) * n_out + j] = 0;
    if (mistake == ONE_BIAS)
        g[n_in * n_out] = 0;
    if (mistake == TRANSPOSED) {
        memcpy(was, g, n_in * n_out * sizeof *was);
        for (uint64_t i = 0; i < n_in * n_out; i++)
            g[i] = was[i % n_in * n_out + i / n_in];
        return n_in > 1 && n_out > 1;
    }
    if (mistake == FIRST_HALF)
        ib_oracle_gradient(net, e->from, rows / 2, p->x, p->y, g);
    return true;
}

/* Does it change the first layer's gradient, by a thousandth at least? A dead ReLU hides much. */
static bool matters(const struct test_problem *p, const double *right, const double *wrong)
{
    double largest = 0, change = 0;
    for (uint64_t i = 0; i < (p->oracle.spec.net.width[0] + 1) * p->oracle.spec.net.width[1]; i++) {
        largest = fmax(largest, fabs(right[i]));
        change = fmax(change, fabs(right[i] - wrong[i]));
    }
    return change > 1e-3 * largest;
}

static bool mistake_is_found(const struct test_problem *p, struct epoch *e, const struct arithmetic *a)
{
    for (uint64_t i = 0; i < ib_network_size(&p->oracle.spec.net); i++) {
        const double to = e->from[i] - p->oracle.spec.lr * e->gradient[i];
        e->to[i] = a->type == IB_F32 ? (double)(float)to : to;
    }
    return is_wrong(p, e, a);
}

struct tally {
    uint64_t honest, alarms, made[MISTAKES], missed[MISTAKES];
};

static void tally_epoch(struct test_problem *p, const struct arithmetic *a, struct tally *t)
{
    struct epoch e = open_epoch(p, a);
    double right[200]; /* the first layer's gradient */
    const uint64_t first = (p->oracle.spec.net.width[0] + 1) * p->oracle.spec.net.width[1];
    if (isfinite(e.step.truth.loss) && e.step.truth.loss < 1e6) {
        t->honest += 2;
        t->alarms += honest_is_wrong(p, &e, a, ib_fast_train, false);
        t->alarms += honest_is_wrong(p, &e, a, ib_fast_train, true);
        for (int m = 0; m < MISTAKES; m++) {
            ib_oracle_gradient(&p->oracle.spec.net, e.from, p->oracle.spec.rows, p->x, p->y, e.gradient);
            memcpy(right, e.gradient, first * sizeof *right);
            if (!make_mistake(p, &e, (enum mistake)m, p->oracle.spec.rows) || !matters(p, right, e.gradient))
                continue;
            t->made[m]++;
            t->missed[m] += !mistake_is_found(p, &e, a);
        }
    }
    close_epoch(&e);
}

static void run_steps(uint64_t n, const char *only)
{
    static const uint64_t later[] = {0, 1, 30, 300};
    for (const struct arithmetic *a = arithmetics; a < arithmetics + ARITHMETICS; a++)
        for (size_t i = 0; i < sizeof later / sizeof *later && (!only || strcmp(only, a->name) == 0); i++) {
            struct tally t = {0};
            for (uint64_t seed = 0; seed < n; seed++) {
                struct test_problem p;
                open_random(&p, seed);
                p.oracle.epochs = later[i];
                if (later[i]) {
                    struct ib_trajectory before = trained(ib_oracle_train, p.oracle, a, false);
                    memcpy(p.start, before.params, before.size * sizeof *p.start);
                    ib_trajectory_free(&before);
                }
                tally_epoch(&p, a, &t);
                test_problem_free(&p);
            }
            printf("%s, epoch %llu: %llu of %llu honest ones called wrong", a->name,
                   (unsigned long long)later[i] + 1, (unsigned long long)t.alarms,
                   (unsigned long long)t.honest);
            for (int m = 0; m < MISTAKES; m++)
                printf("; %s: %llu of %llu missed", mistake_names[m], (unsigned long long)t.missed[m],
                       (unsigned long long)t.made[m]);
            printf("\n");
        }
}

int main(int argc, char **argv)
{
    const uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
    if (n > 0 && strcmp(argv[1], "seed") == 0)
        run_seeds(n, argc > 3 ? argv[3] : NULL);
    else if (n > 0 && strcmp(argv[1], "random") == 0)
        run_random(n, argc > 3 ? argv[3] : NULL);
    else if (n > 0 && strcmp(argv[1], "steps") == 0)
        run_steps(n, argc > 3 ? argv[3] : NULL);
    else
        fprintf(stderr, "calibrate seed SEEDS [ROW] | calibrate random|steps N [f32|f64|tf32|bf16|fp16]\n");
    return n > 0 ? 0 : 2;
}
