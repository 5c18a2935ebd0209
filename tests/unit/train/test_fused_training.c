/* Trainings by fused steps: what an implementation is told, what it may leave out or refuse, and what is
 * opened and released for it. */
#include "base/error.h"
#include "fixtures/fused.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ---- what is told ---- */

static void assert_shape(const struct ib_view *v, uint64_t rows, uint64_t cols)
{
    assert_int_equal(v->rows, rows);
    assert_int_equal(v->cols, cols);
    assert_int_equal(v->ld, cols);
    assert_int_equal(v->type, IB_F64);
}

static void assert_described(const struct ib_problem *p, uint32_t layers, bool in_place)
{
    assert_int_equal(p->struct_size, sizeof *p);
    assert_int_equal(p->n_layers, layers);
    assert_int_equal(p->dtype, IB_F64);
    assert_int_equal(p->act, IB_TANH);
    assert_int_equal(p->loss_kind, IB_MSE);
    assert_shape(&p->x, FUSED_ROWS, 2);
    assert_shape(&p->y, FUSED_ROWS, 2 + layers);
    for (uint32_t l = 0; l < layers; l++) {
        assert_shape(&p->w[l], 2 + l, 3 + l);
        assert_shape(&p->b[l], 1, 3 + l);
        assert_int_equal(p->w[l].p != NULL, in_place);
        assert_int_equal(p->b[l].p != NULL, in_place);
    }
}

/* For every number of layers, up to the most that the contract has. */
static void the_whole_problem_is_told(void **state)
{
    (void)state;
    for (uint32_t layers = 1; layers <= IB_MAX_LAYERS; layers++) {
        struct test_training t;
        double params[4096], predictions[FUSED_TEST_ROWS * (IB_MAX_LAYERS + 2)];
        fused_make(&ib_impl_cpu_naive, &fused_all, layers);
        test_training_open(&t, &fused_impl, IB_HOST, &fused_problem, IB_F64);
        test_training_run(&t, 2, NULL, NULL);
        test_training_params(&t, params);
        test_training_predict(&t, predictions);
        assert_described(&fused_seen.supported, layers, false);
        assert_true(fused_seen.supported.lr == 0.25);
        assert_described(&fused_seen.prepared, layers, false);
        assert_described(&fused_seen.stepped, layers, true);
        assert_described(&fused_seen.predicted, layers, true);
        const double *expected = fused_problem.start;
        for (uint32_t l = 0; l < layers; l++) {
            assert_memory_equal(fused_seen.stepped.w[l].p, expected, (2 + l) * (3 + l) * sizeof *expected);
            expected += (2 + l) * (3 + l);
            assert_memory_equal(fused_seen.stepped.b[l].p, expected, (3 + l) * sizeof *expected);
            expected += 3 + l;
            assert_ptr_equal(fused_seen.predicted.w[l].p, fused_seen.stepped.w[l].p);
            assert_ptr_equal(fused_seen.predicted.b[l].p, fused_seen.stepped.b[l].p);
        }
        assert_memory_equal(fused_seen.stepped.y.p, fused_problem.y,
                            FUSED_ROWS * (2 + layers) * sizeof(double));
        assert_shape(&fused_seen.x_test, FUSED_TEST_ROWS, 2);
        assert_memory_equal(fused_seen.x_test.p, fused_problem.x_test,
                            (size_t)FUSED_TEST_ROWS * 2 * sizeof(double));
        assert_shape(&fused_seen.out, FUSED_TEST_ROWS, 2 + layers);
        assert_int_equal(t.dispatch.transfer_log.launches[IB_TRAIN], 1);
        assert_int_equal(t.dispatch.transfer_log.launches[IB_PREDICT], 1);
        test_training_close(&t);
        assert_int_equal(fused_seen.releases, 1);
        test_problem_free(&fused_problem);
    }
}

/* By the parameters that it begins with. */
static void a_prediction_needs_no_training(void **state)
{
    (void)state;
    struct test_training t;
    double predictions[FUSED_TEST_ROWS * 3];
    fused_make(&ib_impl_cpu_naive, &fused_all, 1);
    test_training_open(&t, &fused_impl, IB_HOST, &fused_problem, IB_F64);
    test_training_predict(&t, predictions);
    assert_described(&fused_seen.predicted, 1, true);
    assert_memory_equal(fused_seen.predicted.w[0].p, fused_problem.start, (size_t)2 * 3 * sizeof(double));
    test_training_close(&t);
    test_problem_free(&fused_problem);
}

/* Gradients, activations and their deltas are the implementation's own matter. */
static void only_its_operands_are_opened(void **state)
{
    (void)state;
    for (int fused = 0; fused < 2; fused++) {
        struct test_training t;
        fused_make(&ib_impl_cpu_naive, fused ? &fused_all : NULL, 3);
        test_training_open(&t, &fused_impl, IB_HOST, &fused_problem, IB_F64);
        assert_int_equal(t.dispatch.transfer_log.n_tensors, fused ? 3 + 6 : 3 + 6 + 6 + 3 + 2);
        test_training_close(&t);
        test_problem_free(&fused_problem);
    }
}

static void assert_kept(const struct ib_problem *p, const struct ib_tensor *state, bool on_host)
{
    const struct ib_tensor *next = state + 2 * (size_t)p->n_layers;
    for (int k = 0; k < (int)p->optimizer; k++) /* momentum has one moment, Adam two */
        for (uint32_t l = 0; l < p->n_layers; l++) {
            assert_shape(&p->moment_w[k][l], 2 + l, 3 + l);
            assert_shape(&p->moment_b[k][l], 1, 3 + l);
            assert_ptr_equal(p->moment_w[k][l].p, on_host ? next[0].host : next[0].device);
            assert_ptr_equal(p->moment_b[k][l].p, on_host ? next[1].host : next[1].device);
            next += 2;
        }
    if (p->optimizer == IB_ADAM)
        assert_ptr_equal(p->step_count.p, on_host ? next->host : next->device);
    else
        assert_null(p->step_count.p);
}

/* The moments and the number of steps; per_op, they are copied around each step, too. */
static void what_the_optimizer_keeps_is_told(void **state)
{
    (void)state;
    for (uint32_t layers = 1; layers <= 3; layers++)
        for (int optimizer = IB_MOMENTUM; optimizer <= IB_ADAM; optimizer++)
            for (int residency = IB_HOST; residency <= IB_RESIDENT; residency++) {
                struct test_training t;
                const uint64_t arrays = 2 * layers * (1 + (uint64_t)optimizer) + (optimizer == IB_ADAM);
                fused_make(residency == IB_HOST ? &ib_impl_cpu_naive : &ib_impl_fakedev, &fused_optimizing,
                           layers);
                fused_problem.oracle.spec.optimizer = (enum ib_optimizer)optimizer;
                test_training_open(&t, &fused_impl, (enum ib_residency)residency, &fused_problem, IB_F64);
                test_training_run(&t, 2, NULL, NULL);
                assert_kept(&fused_seen.stepped, t.training.tensors.state, residency == IB_HOST);
                const struct ib_traffic copies = ib_transfer_log_phase(&t.dispatch.transfer_log, IB_TRAIN);
                assert_int_equal(copies.h2d_count, residency == IB_PER_OP ? 2 * (2 + arrays) : 0);
                assert_int_equal(copies.d2h_count, residency == IB_PER_OP ? 2 * arrays : 0);
                test_training_close(&t);
                test_problem_free(&fused_problem);
            }
}

/* ---- what it may leave out, or refuse ---- */

static void predictions_by_operations_will_do(void **state)
{
    (void)state;
    struct test_training t;
    double predictions[FUSED_TEST_ROWS * 3], expected[FUSED_TEST_ROWS * 3];
    fused_make(&ib_impl_cpu_naive, &fused_few, 1);
    test_training_open(&t, &fused_impl, IB_HOST, &fused_problem, IB_F64);
    test_training_predict(&t, predictions);
    ib_oracle_predict(&fused_problem.oracle.spec.net, fused_problem.start, FUSED_TEST_ROWS,
                      fused_problem.x_test, expected);
    for (size_t i = 0; i < sizeof predictions / sizeof *predictions; i++)
        assert_true(predictions[i] - expected[i] < 1e-12 && expected[i] - predictions[i] < 1e-12);
    test_training_close(&t);
    test_problem_free(&fused_problem);
}

/* Opens a training of a network by these steps, with or without the operations. */
static void assert_refused(const struct ib_fused *fused, bool has_ops, enum ib_status status,
                           const char *text)
{
    struct test_training t;
    struct ib_training again;
    fused_make(&ib_impl_cpu_naive, &fused_few, 2);
    test_training_open(&t, &fused_impl, IB_HOST, &fused_problem, IB_F64);
    fused_impl.fused = fused;
    fused_impl.ops = has_ops ? fused_impl.ops : NULL;
    memset(&again, 0xA5, sizeof again); /* whatever was there */
    assert_int_equal(ib_training_open(&t.dispatch, &t.data, &again), status);
    if (text)
        assert_string_equal(ib_error_text(), text);
    assert_int_equal(fused_seen.releases, 0);
    fused_impl.fused = &fused_few;
    test_training_close(&t);
    test_problem_free(&fused_problem);
}

static void what_is_refused_is_told(void **state)
{
    (void)state;
    assert_refused(&fused_none, false, IB_EUNSUPPORTED, "fused: not today");
    assert_refused(&fused_broken, true, IB_EDEVICE, NULL); /* its steps agreed */
}

/* The only network whose backward pass needs no act_grad has one layer. */
static void operations_train_what_steps_refuse(void **state)
{
    (void)state;
    for (uint32_t layers = 1; layers <= 2; layers++)
        for (int complete = 0; complete < 2; complete++) {
            struct test_training t;
            struct ib_training again;
            struct ib_tensor_ops ops = *ib_impl_cpu_naive.ops;
            fused_make(&ib_impl_cpu_naive, &fused_few, layers);
            test_training_open(&t, &fused_impl, IB_HOST, &fused_problem, IB_F64);
            fused_impl.fused = &fused_none;
            fused_impl.ops = &ops;
            if (!complete)
                ops.act_grad = NULL;
            const enum ib_status status = ib_training_open(&t.dispatch, &t.data, &again);
            assert_int_equal(status, complete || layers == 1 ? IB_OK : IB_EUNSUPPORTED);
            if (status == IB_OK) {
                assert_false(again.fused);
                assert_int_equal(ib_training_run(&again, 2, NULL), IB_OK);
                assert_int_equal(fused_seen.calls, 0);
                ib_training_close(&again);
            } else {
                assert_string_equal(ib_error_text(), "fused: not today");
            }
            test_training_close(&t);
            test_problem_free(&fused_problem);
        }
}

static enum ib_status supports_one_layer(const struct ib_problem *p, char *why, size_t n)
{
    return p->n_layers == 1 ? IB_OK : fused_supports_nothing(p, why, n);
}

/* Of an implementation with both: copies are those of the way that is taken, and mini-batches that its steps
 * refuse are gathered by its operations. */
static void copies_are_those_of_the_way_taken(void **state)
{
    (void)state;
    static const struct ib_fused some = {.struct_size = sizeof some,
                                         .supports = supports_one_layer,
                                         .steps = fused_steps,
                                         .updates = IB_DOES_BATCHES};
    for (uint32_t layers = 1; layers <= 2; layers++)
        for (int batches = 0; batches < 2; batches++) {
            struct test_training t;
            char why[256];
            double losses[10], values[64];
            fused_make(&ib_impl_fakedev, &some, layers);
            if (batches)
                test_problem_batches(&fused_problem, FUSED_BATCH, 5);
            test_training_open(&t, &fused_impl, IB_RESIDENT, &fused_problem, IB_F64);
            struct ib_transfer_model_case copies = {
                .spec = t.data.spec, .residency = IB_RESIDENT, .fused = t.training.fused, .epochs = 4};
            assert_int_equal(t.training.fused, layers == 1);
            test_training_run(&t, 4, losses, &copies.reads);
            test_training_params(&t, values);
            test_training_predict(&t, values);
            if (!ib_transfer_model_matches(&copies, &t.dispatch.transfer_log, why, sizeof why))
                fail_msg("%u layers: %s", layers, why);
            test_training_close(&t);
            test_problem_free(&fused_problem);
        }
}

/* ---- data that change ---- */

static void changed_data_are_prepared_anew(void **state)
{
    (void)state;
    struct test_training t;
    fused_make(&ib_impl_cpu_naive, &fused_all, 1);
    test_training_open(&t, &fused_impl, IB_HOST, &fused_problem, IB_F64);
    ((double *)t.arrays[0])[0] = 77;
    assert_int_equal(ib_training_reload(&t.training), IB_OK);
    assert_int_equal(fused_seen.prepares, 2);
    assert_int_equal(fused_seen.releases, 1);
    assert_true(fused_seen.first_x == 77);
    ib_release(&t.dispatch, &t.training.problem);
    ib_release(&t.dispatch, &t.training.problem); /* there is nothing left */
    assert_int_equal(fused_seen.releases, 2);
    test_training_close(&t);
    assert_int_equal(fused_seen.releases, 2);
    test_problem_free(&fused_problem);
}

/* x and y reach the device again; what is trained by operations has nothing to prepare. */
static void check_copied_anew(bool in_batches)
{
    struct test_training t;
    double x[FUSED_ROWS * 2], y[FUSED_ROWS * 3];
    fused_make(&ib_impl_fakedev, NULL, 1);
    if (in_batches)
        test_problem_batches(&fused_problem, FUSED_BATCH, 5);
    test_training_open(&t, &fused_impl, IB_RESIDENT, &fused_problem, IB_F64);
    struct ib_tensor *all_x = in_batches ? &t.training.batches.x : &t.training.tensors.x,
                     *all_y = in_batches ? &t.training.batches.y : &t.training.tensors.y;
    ((double *)t.arrays[0])[3] = 77;
    ((double *)t.arrays[1])[5] = 78;
    const uint64_t before = t.dispatch.total.h2d_count;
    assert_int_equal(ib_training_reload(&t.training), IB_OK);
    assert_int_equal(t.dispatch.total.h2d_count, before + 2);
    ((double *)t.arrays[0])[3] = ((double *)t.arrays[1])[5] = 0;
    assert_int_equal(ib_read_again(&t.dispatch, all_x, x), IB_OK);
    assert_int_equal(ib_read_again(&t.dispatch, all_y, y), IB_OK);
    assert_true(x[3] == 77 && y[5] == 78);
    test_training_close(&t);
    test_problem_free(&fused_problem);
}

static void changed_data_are_copied_anew(void **state)
{
    (void)state;
    check_copied_anew(false);
    check_copied_anew(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_problem_is_told),
        cmocka_unit_test(a_prediction_needs_no_training),
        cmocka_unit_test(only_its_operands_are_opened),
        cmocka_unit_test(what_the_optimizer_keeps_is_told),
        cmocka_unit_test(predictions_by_operations_will_do),
        cmocka_unit_test(what_is_refused_is_told),
        cmocka_unit_test(operations_train_what_steps_refuse),
        cmocka_unit_test(copies_are_those_of_the_way_taken),
        cmocka_unit_test(changed_data_are_prepared_anew),
        cmocka_unit_test(changed_data_are_copied_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
