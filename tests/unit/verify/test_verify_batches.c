/* Mini-batches in the verdict: steps are those of their rows, and wrong batches are named. */
#include "fixtures/problem.h"

#include "core/batches.h"
#include "diagnose/diagnose.h"
#include "verify/verify_step.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 23, BATCH = 10, STEPS = 3, EPOCHS = 12, FEATURES = 4, OUTPUTS = 2, TEST_ROWS = 5 };

static void make_problem(struct test_problem *p)
{
    const struct ib_network net = {2, {FEATURES, 3, OUTPUTS}, IB_TANH, IB_MSE};
    test_problem_random(p, &net, IB_XAVIER, ROWS, TEST_ROWS, 5);
    p->oracle.spec.lr = 0.05;
    p->oracle.epochs = EPOCHS;
    test_problem_batches(p, BATCH, 9);
}

/* The rows of a step, taken in `order`, as a problem of a full batch. */
struct taken {
    struct ib_oracle_problem problem;
    double x[ROWS * FEATURES], y[ROWS * OUTPUTS];
};

static void take(const struct test_problem *p, const uint32_t *order, uint64_t n, const double *params,
                 struct taken *out)
{
    for (uint64_t i = 0; i < n; i++) {
        memcpy(out->x + i * FEATURES, p->x + order[i] * FEATURES, FEATURES * sizeof *out->x);
        memcpy(out->y + i * OUTPUTS, p->y + order[i] * OUTPUTS, OUTPUTS * sizeof *out->y);
    }
    out->problem = p->oracle;
    out->problem.spec.rows = n;
    out->problem.spec.batch = 0;
    out->problem.order = NULL;
    out->problem.params = params;
    out->problem.x = out->x;
    out->problem.y = out->y;
}

static void a_step_is_that_of_its_rows(void **state)
{
    (void)state;
    struct test_problem p;
    make_problem(&p);
    const uint64_t size = ib_sketch_size(&p.oracle.spec.net);
    double *expected = calloc(size, sizeof *expected), *got = calloc(size, sizeof *got);
    for (uint64_t number = 1; number <= 2 * STEPS; number++) {
        struct taken taken;
        double expected_loss, loss;
        const uint64_t first = (number - 1) / STEPS * ROWS + (number - 1) % STEPS * BATCH;
        take(&p, p.order + first, number % STEPS ? BATCH : ROWS - 2 * BATCH, p.start, &taken);
        assert_int_equal(ib_oracle_step(&taken.problem, &expected_loss, expected), IB_OK);
        p.oracle.at_step = number;
        assert_int_equal(ib_oracle_step(&p.oracle, &loss, got), IB_OK);
        assert_true(loss == expected_loss);
        assert_memory_equal(got, expected, size * sizeof *got);
    }
    free(expected);
    free(got);
    test_problem_free(&p);
}

/* A step with the rows of another one is wrong; with its own it is right. */
static void a_step_with_other_rows_is_wrong(void **state)
{
    (void)state;
    enum { NUMBER = 2 * STEPS }; /* the smaller batch of the second epoch */
    struct test_problem p;
    struct taken taken;
    struct ib_step_result result;
    double gradient[128], to[128];
    make_problem(&p);
    const uint64_t n = ib_network_size(&p.oracle.spec.net), size = ib_sketch_size(&p.oracle.spec.net);
    double *truth = calloc(size, sizeof *truth);
    struct ib_step step = {.number = NUMBER, .from = p.start, .to = to};
    p.oracle.at_step = NUMBER;
    assert_int_equal(ib_oracle_step(&p.oracle, &step.loss, truth), IB_OK);
    step.truth = step.drift = (struct ib_sketched){step.loss, truth};
    for (uint64_t epoch = 0; epoch < 2; epoch++) {
        take(&p, p.order + epoch * ROWS + 2 * BATCH, ROWS - 2 * BATCH, p.start, &taken);
        ib_oracle_gradient(&taken.problem.spec.net, p.start, taken.problem.spec.rows, taken.x, taken.y,
                           gradient);
        for (uint64_t i = 0; i < n; i++)
            to[i] = p.start[i] - p.oracle.spec.lr * gradient[i];
        assert_int_equal(ib_step_check(&p.oracle.spec, IB_PRODUCTS_F32, &step, &result), IB_OK);
        assert_true(result.judged);
        assert_int_equal(result.wrong, epoch == 0);
    }
    free(truth);
    test_problem_free(&p);
}

/* The loss of few rows may be a difference of outputs and targets, of which each is rounded; that of many is
 * not.
 */
static void a_small_loss_of_a_batch_is_rounded(void **state)
{
    (void)state;
    static const struct {
        uint64_t batch;
        double off; /* relative */
        bool wrong;
    } cases[] = {{BATCH, 4e-5, false}, {BATCH, 4e-4, true}, {0, 4e-5, true}};
    struct test_problem p;
    double gradient[128], to[128];
    make_problem(&p);
    const uint64_t n = ib_network_size(&p.oracle.spec.net);
    double *truth = calloc(ib_sketch_size(&p.oracle.spec.net), sizeof *truth), loss;
    assert_non_null(truth);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct taken taken;
        struct ib_step_result result;
        p.oracle.spec.batch = cases[i].batch;
        p.oracle.spec.dtype = IB_F32;
        p.oracle.at_step = 1;
        assert_int_equal(ib_oracle_step(&p.oracle, &loss, truth), IB_OK);
        take(&p, p.order, cases[i].batch ? BATCH : ROWS, p.start, &taken);
        ib_oracle_gradient(&taken.problem.spec.net, p.start, taken.problem.spec.rows, taken.x, taken.y,
                           gradient);
        for (uint64_t k = 0; k < n; k++)
            to[k] = p.start[k] - p.oracle.spec.lr * gradient[k];
        struct ib_step step = {
            .number = 1, .from = p.start, .to = to, .truth = {1e-4, truth}, .first_loss = 1};
        step.drift = step.truth;
        step.loss = 1e-4 * (1 + cases[i].off);
        assert_int_equal(ib_step_check(&p.oracle.spec, IB_PRODUCTS_F32, &step, &result), IB_OK);
        assert_int_equal(result.loss_wrong, cases[i].wrong);
        assert_int_equal(result.wrong, cases[i].wrong);
    }
    free(truth);
    test_problem_free(&p);
}

/* ---- wrong batches ---- */

enum mistake { NONE, DATA_ORDER, FIRST_ORDER, ALL_ROWS, LAST_LEFT_OUT, LAST_NOT_UPDATED };

struct trained {
    uint64_t epoch[EPOCHS];
    double loss[EPOCHS], params[128], predictions[TEST_ROWS * OUTPUTS];
};

static uint32_t row_at(const struct test_problem *p, enum mistake mistake, uint64_t epoch, uint64_t i)
{
    return mistake == DATA_ORDER ? (uint32_t)i : p->order[(mistake == FIRST_ORDER ? 0 : epoch * ROWS) + i];
}

/* Plain descent. */
static void train(const struct test_problem *p, enum mistake mistake, struct trained *out)
{
    const struct ib_network *net = &p->oracle.spec.net;
    const uint64_t size = ib_network_size(net), batch = mistake == ALL_ROWS ? ROWS : BATCH;
    memcpy(out->params, p->start, size * sizeof *out->params);
    for (uint64_t epoch = 0; epoch < EPOCHS; epoch++) {
        double sum = 0, counted = 0;
        for (uint64_t first = 0, n; first < ROWS; first += n) {
            struct taken taken;
            uint32_t order[ROWS];
            double gradient[128];
            n = ROWS - first < batch ? ROWS - first : batch;
            const bool last = first + n == ROWS;
            if (last && mistake == LAST_LEFT_OUT)
                break;
            for (uint64_t i = 0; i < n; i++)
                order[i] = row_at(p, mistake, epoch, first + i);
            take(p, order, n, out->params, &taken);
            sum += (double)n * ib_oracle_gradient(net, out->params, n, taken.x, taken.y, gradient);
            counted += (double)n;
            for (uint64_t i = 0; i < size && !(last && mistake == LAST_NOT_UPDATED); i++)
                out->params[i] -= p->oracle.spec.lr * gradient[i];
        }
        out->epoch[epoch] = epoch + 1;
        out->loss[epoch] = sum / counted;
    }
    ib_oracle_predict(net, out->params, TEST_ROWS, p->x_test, out->predictions);
}

static void judge(const struct test_problem *p, enum mistake mistake, struct ib_verification *out)
{
    struct trained trained;
    struct ib_trajectory truth, drift;
    struct ib_oracle_problem rounded = p->oracle;
    rounded.arithmetic = ib_drift_arithmetic(IB_F64, IB_PRODUCTS_F32, 0);
    assert_int_equal(ib_oracle_train(&p->oracle, &truth), IB_OK);
    assert_int_equal(ib_oracle_train(&rounded, &drift), IB_OK);
    train(p, mistake, &trained);
    const struct ib_reference reference = {.spec = &p->oracle.spec,
                                           .epochs = EPOCHS,
                                           .start = p->start,
                                           .truth = &truth,
                                           .drift = &drift,
                                           .x_test = p->x_test,
                                           .problem = &p->oracle};
    const struct ib_answer answer = {.epochs = EPOCHS,
                                     .curve = {EPOCHS, trained.epoch, trained.loss},
                                     .params = trained.params,
                                     .predictions = trained.predictions};
    ib_verify(&reference, &answer, out);
    assert_int_equal(ib_diagnose(&reference, &answer, out), IB_OK);
    ib_trajectory_free(&truth);
    ib_trajectory_free(&drift);
}

static void wrong_batches_are_named(void **state)
{
    (void)state;
    static const char *const words[] = {
        [NONE] = NULL,
        [DATA_ORDER] = "take the rows in the order of the data",
        [FIRST_ORDER] = "take the rows of every epoch in the order of the first",
        [ALL_ROWS] = "mini-batches are not made",
        [LAST_LEFT_OUT] = "the last batch of an epoch is left out (",
        [LAST_NOT_UPDATED] = "the last batch of an epoch is left out of the updates",
    };
    struct test_problem p;
    make_problem(&p);
    for (int mistake = NONE; mistake <= LAST_NOT_UPDATED; mistake++) {
        struct ib_verification v;
        judge(&p, (enum mistake)mistake, &v);
        assert_int_equal(v.verdict, mistake == NONE ? IB_RIGHT : IB_WRONG);
        if (mistake != NONE && !strstr(v.reason, words[mistake]))
            fail_msg("`%s` does not speak of `%s`", v.reason, words[mistake]);
    }
    test_problem_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_that_of_its_rows),
        cmocka_unit_test(a_step_with_other_rows_is_wrong),
        cmocka_unit_test(a_small_loss_of_a_batch_is_rounded),
        cmocka_unit_test(wrong_batches_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
