/* How far honest f32 and f64 trainings part from the oracle's, on the seed's networks: the measurement behind
 * the tolerances (results/tolerances.md). Prints, for each row, type and seed, the error of other honest
 * trainings as a share of what ib_verify allows; nothing may reach 1.
 *
 *   calibrate SEEDS [ROW]     seeds 0 to SEEDS-1; ROW: one of the names below
 */
#include "../unit/problem.h"
#include "stats.h"
#include "verify.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The oracle once more, compiled for speed: other rounding in every operation (oracle_fast.c). */
enum ib_status ib_fast_train(const struct ib_oracle_problem *, struct ib_trajectory *out);

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
    double *predicted = calloc(p->test_rows, sizeof *predicted), sum = 0;
    ib_oracle_predict(&p->oracle.net, params, p->test_rows, p->x_test, predicted);
    for (uint64_t i = 0; i < p->test_rows; i++) {
        const double error = p->y_scale * predicted[i] + p->y_mean - p->y_test[i];
        sum += error * error;
    }
    free(predicted);
    return sum / (double)p->test_rows;
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

/* Prints the verdict on one honest training. */
static void judge(const char *name, const struct test_problem *p, enum ib_dtype type,
                  const struct ib_trajectory *truth, const struct ib_trajectory *drift,
                  const struct ib_trajectory *other)
{
    double *predicted = calloc(p->test_rows, sizeof *predicted);
    ib_oracle_predict(&p->oracle.net, other->params, p->test_rows, p->x_test, predicted);
    const struct ib_reference reference = {.net = &p->oracle.net,
                                           .start = p->start,
                                           .truth = truth,
                                           .drift = drift,
                                           .test_rows = p->test_rows,
                                           .x_test = p->x_test};
    const struct ib_answer answer = {type, other->epochs, other->curve, other->params, predicted};
    struct ib_verification v;
    ib_verify(&reference, &answer, &v);
    printf("  %-9s %.1e %.1e %.1e %.1e  params %.1e  mse %.8f  %s %s\n", name,
           loss_error(other, truth, 1, 50), loss_error(other, truth, 51, 1000),
           loss_error(other, truth, 1001, 2000), loss_error(other, truth, 2001, UINT64_MAX), v.params_error,
           test_mse(p, other->params), ib_word_of(ib_verdict_words, v.verdict), v.reason);
    free(predicted);
}

static void run(struct test_problem p, enum ib_dtype type, const struct ib_trajectory *truth)
{
    struct ib_trajectory drift, other[3];
    p.oracle.type = type;
    p.oracle.reversed = type == IB_F64;
    ib_oracle_train(&p.oracle, &drift);
    p.oracle.reversed = type == IB_F32;
    ib_fast_train(&p.oracle, &other[0]);
    p.oracle.reversed = false;
    test_problem_shuffle(&p);
    ib_oracle_train(&p.oracle, &other[1]);
    ib_fast_train(&p.oracle, &other[2]);
    printf(" %s\n", type == IB_F32 ? "f32" : "f64");
    judge("drift", &p, type, truth, &drift, &drift);
    judge("fast", &p, type, truth, &drift, &other[0]);
    judge("shuffled", &p, type, truth, &drift, &other[1]);
    judge("both", &p, type, truth, &drift, &other[2]);
    ib_trajectory_free(&drift);
    for (int i = 0; i < 3; i++)
        ib_trajectory_free(&other[i]);
}

int main(int argc, char **argv)
{
    const uint64_t seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    for (size_t r = 0; r < sizeof table / sizeof *table; r++) {
        double mse[64];
        uint64_t n = 0;
        if (argc > 2 && strcmp(argv[2], table[r].name) != 0)
            continue;
        for (uint64_t seed = 0; seed < (table[r].init == IB_ZEROS ? 1 : seeds) && n < 64; seed++) {
            struct test_problem p;
            struct ib_trajectory truth;
            if (!test_problem_seed(&p, table[r].file, &table[r].net, table[r].init, seed))
                return 77;
            p.oracle.lr = table[r].lr;
            p.oracle.epochs = table[r].epochs;
            ib_oracle_train(&p.oracle, &truth);
            mse[n++] = test_mse(&p, truth.params);
            printf("%s seed %llu: test mse %.8f\n", table[r].name, (unsigned long long)seed, mse[n - 1]);
            for (int type = IB_F32; type <= IB_F64; type++)
                run(p, (enum ib_dtype)type, &truth);
            fflush(stdout);
            ib_trajectory_free(&truth);
            test_problem_free(&p);
        }
        printf("%s: median test mse over %llu seeds %.4f\n", table[r].name, (unsigned long long)n,
               ib_median(mse, n));
    }
    return 0;
}
