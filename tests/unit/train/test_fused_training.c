/* Trainings by fused steps: what an implementation is told, how many epochs at a time, and what is opened and
 * released for it. Its steps train nothing. */
#include "fixtures/trained.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 11, TEST_ROWS = 3, MOST_CALLS = 64 };

static struct {
    struct ib_problem supported, prepared, stepped, predicted;
    struct ib_view x_test, out;
    uint64_t epochs[MOST_CALLS]; /* of each call of `steps`; with mini-batches, steps */
    uint64_t first_step[MOST_CALLS];
    bool with_loss[MOST_CALLS];
    size_t calls;
    int prepares, releases;
    double first_x; /* as `prepare` saw it */
} seen;

static enum ib_status supports(const struct ib_problem *p, char *why, size_t n)
{
    (void)why;
    (void)n;
    seen.supported = *p;
    return IB_OK;
}

static enum ib_status supports_nothing(const struct ib_problem *p, char *why, size_t n)
{
    (void)p;
    snprintf(why, n, "not today");
    return IB_EUNSUPPORTED;
}

static enum ib_status steps(void *state, const struct ib_problem *p, uint64_t n)
{
    (void)state;
    assert_true(seen.calls < MOST_CALLS);
    seen.stepped = *p;
    seen.with_loss[seen.calls] = p->loss.p != NULL;
    seen.first_step[seen.calls] = p->first_step;
    seen.epochs[seen.calls++] = n;
    return IB_OK;
}

static enum ib_status predict(void *state, const struct ib_problem *p, const struct ib_view *x,
                              const struct ib_view *out)
{
    (void)state;
    seen.predicted = *p;
    seen.x_test = *x;
    seen.out = *out;
    return IB_OK;
}

static enum ib_status prepare(void *state, const struct ib_problem *p, void **out)
{
    (void)state;
    seen.prepared = *p;
    seen.prepares++;
    seen.first_x = *(const double *)p->x.p;
    *out = &seen;
    return IB_OK;
}

static enum ib_status prepare_nothing(void *state, const struct ib_problem *p, void **out)
{
    (void)state;
    (void)p;
    (void)out;
    return IB_EDEVICE;
}

static void release(void *state, void *prepared)
{
    (void)state;
    assert_ptr_equal(prepared, &seen);
    seen.releases++;
}

static const struct ib_fused
    all = {.struct_size = sizeof all,
           .supports = supports,
           .steps = steps,
           .predict = predict,
           .prepare = prepare,
           .release = release},
    few = {.struct_size = sizeof few, .steps = steps},
    batched = {.struct_size = sizeof batched,
               .supports = supports,
               .steps = steps,
               .prepare = prepare,
               .release = release,
               .updates = IB_DOES_BATCHES},
    optimizing = {.struct_size = sizeof optimizing,
                  .steps = steps,
                  .updates = IB_DOES_MOMENTUM | IB_DOES_ADAM},
    few_batched = {.struct_size = sizeof few_batched, .steps = steps, .updates = IB_DOES_BATCHES},
    none = {.struct_size = sizeof none, .supports = supports_nothing, .steps = steps},
    broken = {.struct_size = sizeof broken, .steps = steps, .prepare = prepare_nothing, .release = release};

static struct test_problem problem;
static struct ib_impl impl;

static void make(const struct ib_impl *base, const struct ib_fused *fused, uint32_t layers)
{
    struct ib_network net = {.n_layers = layers, .act = IB_TANH, .loss = IB_MSE};
    for (uint32_t l = 0; l <= layers; l++)
        net.width[l] = 2 + l;
    memset(&seen, 0, sizeof seen);
    impl = *base;
    impl.name = "fused";
    impl.fused = fused;
    test_problem_random(&problem, &net, IB_XAVIER, ROWS, TEST_ROWS, 7);
    problem.oracle.spec.lr = 0.25;
}

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
    assert_shape(&p->x, ROWS, 2);
    assert_shape(&p->y, ROWS, 2 + layers);
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
        double params[4096], predictions[TEST_ROWS * (IB_MAX_LAYERS + 2)];
        make(&ib_impl_cpu_naive, &all, layers);
        test_training_open(&t, &impl, IB_HOST, &problem, IB_F64);
        test_training_run(&t, 2, NULL, NULL);
        test_training_params(&t, params);
        test_training_predict(&t, predictions);
        assert_described(&seen.supported, layers, false);
        assert_true(seen.supported.lr == 0.25);
        assert_described(&seen.prepared, layers, false);
        assert_described(&seen.stepped, layers, true);
        assert_described(&seen.predicted, layers, true);
        const double *expected = problem.start;
        for (uint32_t l = 0; l < layers; l++) {
            assert_memory_equal(seen.stepped.w[l].p, expected, (2 + l) * (3 + l) * sizeof *expected);
            expected += (2 + l) * (3 + l);
            assert_memory_equal(seen.stepped.b[l].p, expected, (3 + l) * sizeof *expected);
            expected += 3 + l;
            assert_ptr_equal(seen.predicted.w[l].p, seen.stepped.w[l].p);
            assert_ptr_equal(seen.predicted.b[l].p, seen.stepped.b[l].p);
        }
        assert_memory_equal(seen.stepped.y.p, problem.y, ROWS * (2 + layers) * sizeof(double));
        assert_shape(&seen.x_test, TEST_ROWS, 2);
        assert_memory_equal(seen.x_test.p, problem.x_test, (size_t)TEST_ROWS * 2 * sizeof(double));
        assert_shape(&seen.out, TEST_ROWS, 2 + layers);
        assert_int_equal(t.dispatch.transfer_log.launches[IB_TRAIN], 1);
        assert_int_equal(t.dispatch.transfer_log.launches[IB_PREDICT], 1);
        test_training_close(&t);
        assert_int_equal(seen.releases, 1);
        test_problem_free(&problem);
    }
}

/* By the parameters that it begins with. */
static void a_prediction_needs_no_training(void **state)
{
    (void)state;
    struct test_training t;
    double predictions[TEST_ROWS * 3];
    make(&ib_impl_cpu_naive, &all, 1);
    test_training_open(&t, &impl, IB_HOST, &problem, IB_F64);
    test_training_predict(&t, predictions);
    assert_described(&seen.predicted, 1, true);
    assert_memory_equal(seen.predicted.w[0].p, problem.start, (size_t)2 * 3 * sizeof(double));
    test_training_close(&t);
    test_problem_free(&problem);
}

/* Gradients, activations and their deltas are the implementation's own matter. */
static void only_its_operands_are_opened(void **state)
{
    (void)state;
    for (int fused = 0; fused < 2; fused++) {
        struct test_training t;
        make(&ib_impl_cpu_naive, fused ? &all : NULL, 3);
        test_training_open(&t, &impl, IB_HOST, &problem, IB_F64);
        assert_int_equal(t.dispatch.transfer_log.n_tensors, fused ? 3 + 6 : 3 + 6 + 6 + 3 + 2);
        test_training_close(&t);
        test_problem_free(&problem);
    }
}

static void assert_kept(const struct ib_problem *p, const struct ib_tensor *state, bool on_host)
{
    const struct ib_tensor *next = state + 2 * (size_t)p->n_layers;
    for (int k = 0; k < p->optimizer; k++) /* momentum has one moment, Adam two */
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
                make(residency == IB_HOST ? &ib_impl_cpu_naive : &ib_impl_fakedev, &optimizing, layers);
                problem.oracle.spec.optimizer = (enum ib_optimizer)optimizer;
                test_training_open(&t, &impl, (enum ib_residency)residency, &problem, IB_F64);
                test_training_run(&t, 2, NULL, NULL);
                assert_kept(&seen.stepped, t.training.tensors.state, residency == IB_HOST);
                const struct ib_traffic copies = ib_transfer_log_phase(&t.dispatch.transfer_log, IB_TRAIN);
                assert_int_equal(copies.h2d_count, residency == IB_PER_OP ? 2 * (2 + arrays) : 0);
                assert_int_equal(copies.d2h_count, residency == IB_PER_OP ? 2 * arrays : 0);
                test_training_close(&t);
                test_problem_free(&problem);
            }
}

/* ---- how many at a time ---- */

static bool wants_each_fourth(void *context, uint64_t epoch)
{
    (void)context;
    return epoch % 4 == 0;
}

static bool wants_none(void *context, uint64_t epoch)
{
    (void)context;
    (void)epoch;
    return false;
}

static enum ib_status count_losses(void *context, uint64_t epoch, double loss)
{
    (void)loss;
    assert_int_equal(epoch % 4, 0);
    ++*(int *)context;
    return IB_OK;
}

static void run(enum ib_residency residency, uint64_t epochs, const struct ib_loss_reader *reader)
{
    struct test_training t;
    make(residency == IB_HOST ? &ib_impl_cpu_naive : &ib_impl_fakedev, &few, 1);
    test_training_open(&t, &impl, residency, &problem, IB_F64);
    assert_int_equal(ib_training_run(&t.training, epochs, reader), IB_OK);
    test_training_close(&t);
    test_problem_free(&problem);
}

static void epochs_run_at_once_up_to_the_next_loss(void **state)
{
    (void)state;
    int losses = 0;
    const struct ib_loss_reader each_fourth = {wants_each_fourth, count_losses, &losses},
                                no_loss = {wants_none, count_losses, &losses};
    run(IB_HOST, 10, NULL);
    assert_int_equal(seen.calls, 1);
    assert_int_equal(seen.epochs[0], 10);
    assert_false(seen.with_loss[0]);
    run(IB_HOST, 10, &no_loss);
    assert_int_equal(seen.calls, 1);
    assert_int_equal(seen.epochs[0], 10);
    assert_false(seen.with_loss[0]);
    run(IB_HOST, 10, &each_fourth);
    assert_int_equal(losses, 2);
    assert_int_equal(seen.calls, 3);
    assert_true(seen.epochs[0] == 4 && seen.epochs[1] == 4 && seen.epochs[2] == 2);
    assert_true(seen.with_loss[0] && seen.with_loss[1] && !seen.with_loss[2]);
    run(IB_HOST, 0, NULL);
    assert_int_equal(seen.calls, 0);
}

/* Where every operand is copied around every step, they run one by one. */
static void per_op_steps_are_single(void **state)
{
    (void)state;
    int losses = 0;
    const struct ib_loss_reader each_fourth = {wants_each_fourth, count_losses, &losses};
    run(IB_PER_OP, 10, &each_fourth);
    assert_int_equal(seen.calls, 10);
    for (size_t i = 0; i < seen.calls; i++) {
        assert_int_equal(seen.epochs[i], 1);
        assert_int_equal(seen.with_loss[i], i % 4 == 3);
    }
    assert_int_equal(losses, 2);
    run(IB_RESIDENT, 10, NULL);
    assert_int_equal(seen.calls, 1);
}

/* ---- mini-batches ---- */

enum { BATCH = 4, STEPS = 3 }; /* of 4, 4 and 3 rows */

static void open_batched(struct test_training *t, enum ib_residency residency)
{
    if (residency == IB_HOST)
        make(&ib_impl_cpu_naive, &batched, 1);
    else
        make(&ib_impl_fakedev, &few_batched, 1);
    test_problem_batches(&problem, BATCH, 5);
    test_training_open(t, &impl, residency, &problem, IB_F64);
}

static void assert_calls(size_t n, const uint64_t *n_steps, const uint64_t *first, const bool *with_loss)
{
    assert_int_equal(seen.calls, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(seen.epochs[i], n_steps[i]);
        assert_int_equal(seen.first_step[i], first[i]);
        assert_int_equal(seen.with_loss[i], with_loss[i]);
    }
}

static void the_order_of_the_rows_is_told(void **state)
{
    (void)state;
    struct test_training t;
    open_batched(&t, IB_HOST);
    const uint64_t n = ib_order_count(&problem.oracle.spec) * ROWS;
    test_training_run(&t, 2, NULL, NULL);
    const struct ib_problem *const told[] = {&seen.supported, &seen.prepared, &seen.stepped};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        assert_int_equal(told[i]->batch, BATCH);
        assert_int_equal(told[i]->x.rows, ROWS);
        assert_int_equal(told[i]->order.rows, 1);
        assert_int_equal(told[i]->order.cols, n);
        assert_int_equal(told[i]->order.type, IB_U32);
        assert_int_equal(told[i]->order.p != NULL, i > 0);
        if (i > 0)
            assert_memory_equal(told[i]->order.p, problem.order, n * sizeof *problem.order);
    }
    assert_calls(1, (const uint64_t[]){2 * STEPS}, (const uint64_t[]){0}, (const bool[]){false});
    test_training_close(&t);
    test_problem_free(&problem);
}

static void steps_are_counted_through_the_training(void **state)
{
    (void)state;
    struct test_training t;
    int losses = 0;
    const struct ib_loss_reader each_fourth = {wants_each_fourth, count_losses, &losses};
    open_batched(&t, IB_HOST);
    assert_int_equal(ib_training_run(&t.training, 5, &each_fourth), IB_OK);
    assert_calls(2, (const uint64_t[]){4 * STEPS, STEPS}, (const uint64_t[]){0, 4 * STEPS},
                 (const bool[]){true, false});
    assert_int_equal(losses, 1);
    assert_int_equal(ib_training_restart(&t.training), IB_OK);
    seen.calls = 0;
    assert_int_equal(ib_training_run_cut(&t.training, 4, 2, &each_fourth), IB_OK); /* its loss is read, too */
    assert_calls(3, (const uint64_t[]){3 * STEPS, 1, 1}, (const uint64_t[]){0, 3 * STEPS, 3 * STEPS + 1},
                 (const bool[]){false, false, true});
    assert_int_equal(losses, 2);
    test_training_close(&t);
    test_problem_free(&problem);
}

/* A loss is read once an epoch, and the order uploaded once. Where operands are copied around each call,
 * operations train instead. */
static void copies_are_those_of_whole_epochs(void **state)
{
    (void)state;
    struct test_training t;
    char why[256];
    double losses[10], predictions[TEST_ROWS * 3];
    open_batched(&t, IB_RESIDENT);
    struct ib_transfer_model_case copies = {
        .spec = t.data.spec, .residency = IB_RESIDENT, .fused = true, .epochs = 10};
    test_training_run(&t, 10, losses, &copies.reads);
    test_training_params(&t, predictions);
    test_training_predict(&t, predictions);
    if (!ib_transfer_model_matches(&copies, &t.dispatch.transfer_log, why, sizeof why))
        fail_msg("%s", why);
    assert_int_equal(ib_transfer_log_phase(&t.dispatch.transfer_log, IB_TRAIN).d2h_count, copies.reads);
    assert_int_equal(ib_transfer_log_phase(&t.dispatch.transfer_log, IB_SETUP).h2d_count, 2 + 2 + 1);
    copies.fused = false;
    assert_false(ib_transfer_model_matches(&copies, &t.dispatch.transfer_log, why, sizeof why));
    test_training_close(&t);
    test_problem_free(&problem);
    open_batched(&t, IB_PER_OP);
    assert_false(t.training.fused);
    test_training_close(&t);
    test_problem_free(&problem);
}

/* ---- what it may leave out, or refuse ---- */

static void predictions_by_operations_will_do(void **state)
{
    (void)state;
    struct test_training t;
    double predictions[TEST_ROWS * 3], expected[TEST_ROWS * 3];
    make(&ib_impl_cpu_naive, &few, 1);
    test_training_open(&t, &impl, IB_HOST, &problem, IB_F64);
    test_training_predict(&t, predictions);
    ib_oracle_predict(&problem.oracle.spec.net, problem.start, TEST_ROWS, problem.x_test, expected);
    for (size_t i = 0; i < sizeof predictions / sizeof *predictions; i++)
        assert_true(predictions[i] - expected[i] < 1e-12 && expected[i] - predictions[i] < 1e-12);
    test_training_close(&t);
    test_problem_free(&problem);
}

/* Opens a training of a network by these steps, with or without the operations. */
static void assert_refused(const struct ib_fused *fused, bool has_ops, enum ib_status status,
                           const char *text)
{
    struct test_training t;
    struct ib_training again;
    make(&ib_impl_cpu_naive, &few, 2);
    test_training_open(&t, &impl, IB_HOST, &problem, IB_F64);
    impl.fused = fused;
    impl.ops = has_ops ? impl.ops : NULL;
    memset(&again, 0xA5, sizeof again); /* whatever was there */
    assert_int_equal(ib_training_open(&t.dispatch, &t.data, &again), status);
    if (text)
        assert_string_equal(ib_error_text(), text);
    assert_int_equal(seen.releases, 0);
    impl.fused = &few;
    test_training_close(&t);
    test_problem_free(&problem);
}

static void what_is_refused_is_told(void **state)
{
    (void)state;
    assert_refused(&none, false, IB_EUNSUPPORTED, "fused: not today");
    assert_refused(&broken, true, IB_EDEVICE, NULL); /* its steps agreed */
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
            make(&ib_impl_cpu_naive, &few, layers);
            test_training_open(&t, &impl, IB_HOST, &problem, IB_F64);
            impl.fused = &none;
            impl.ops = &ops;
            if (!complete)
                ops.act_grad = NULL;
            const enum ib_status status = ib_training_open(&t.dispatch, &t.data, &again);
            assert_int_equal(status, complete || layers == 1 ? IB_OK : IB_EUNSUPPORTED);
            if (status == IB_OK) {
                assert_false(again.fused);
                assert_int_equal(ib_training_run(&again, 2, NULL), IB_OK);
                assert_int_equal(seen.calls, 0);
                ib_training_close(&again);
            } else {
                assert_string_equal(ib_error_text(), "fused: not today");
            }
            test_training_close(&t);
            test_problem_free(&problem);
        }
}

static enum ib_status supports_one_layer(const struct ib_problem *p, char *why, size_t n)
{
    return p->n_layers == 1 ? IB_OK : supports_nothing(p, why, n);
}

/* Of an implementation with both: copies are those of the way that is taken, and mini-batches that its steps
 * refuse are gathered by its operations. */
static void copies_are_those_of_the_way_taken(void **state)
{
    (void)state;
    static const struct ib_fused some = {.struct_size = sizeof some,
                                         .supports = supports_one_layer,
                                         .steps = steps,
                                         .updates = IB_DOES_BATCHES};
    for (uint32_t layers = 1; layers <= 2; layers++)
        for (int batches = 0; batches < 2; batches++) {
            struct test_training t;
            char why[256];
            double losses[10], values[64];
            make(&ib_impl_fakedev, &some, layers);
            if (batches)
                test_problem_batches(&problem, BATCH, 5);
            test_training_open(&t, &impl, IB_RESIDENT, &problem, IB_F64);
            struct ib_transfer_model_case copies = {
                .spec = t.data.spec, .residency = IB_RESIDENT, .fused = t.training.fused, .epochs = 4};
            assert_int_equal(t.training.fused, layers == 1);
            test_training_run(&t, 4, losses, &copies.reads);
            test_training_params(&t, values);
            test_training_predict(&t, values);
            if (!ib_transfer_model_matches(&copies, &t.dispatch.transfer_log, why, sizeof why))
                fail_msg("%u layers: %s", layers, why);
            test_training_close(&t);
            test_problem_free(&problem);
        }
}

/* ---- data that change ---- */

static void changed_data_are_prepared_anew(void **state)
{
    (void)state;
    struct test_training t;
    make(&ib_impl_cpu_naive, &all, 1);
    test_training_open(&t, &impl, IB_HOST, &problem, IB_F64);
    ((double *)t.arrays[0])[0] = 77;
    assert_int_equal(ib_training_reload(&t.training), IB_OK);
    assert_int_equal(seen.prepares, 2);
    assert_int_equal(seen.releases, 1);
    assert_true(seen.first_x == 77);
    ib_release(&t.dispatch, &t.training.problem);
    ib_release(&t.dispatch, &t.training.problem); /* there is nothing left */
    assert_int_equal(seen.releases, 2);
    test_training_close(&t);
    assert_int_equal(seen.releases, 2);
    test_problem_free(&problem);
}

/* x and y reach the device again; what is trained by operations has nothing to prepare. */
static void check_copied_anew(bool in_batches)
{
    struct test_training t;
    double x[ROWS * 2], y[ROWS * 3];
    make(&ib_impl_fakedev, NULL, 1);
    if (in_batches)
        test_problem_batches(&problem, BATCH, 5);
    test_training_open(&t, &impl, IB_RESIDENT, &problem, IB_F64);
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
    test_problem_free(&problem);
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
        cmocka_unit_test(epochs_run_at_once_up_to_the_next_loss),
        cmocka_unit_test(per_op_steps_are_single),
        cmocka_unit_test(the_order_of_the_rows_is_told),
        cmocka_unit_test(steps_are_counted_through_the_training),
        cmocka_unit_test(copies_are_those_of_whole_epochs),
        cmocka_unit_test(predictions_by_operations_will_do),
        cmocka_unit_test(what_is_refused_is_told),
        cmocka_unit_test(operations_train_what_steps_refuse),
        cmocka_unit_test(copies_are_those_of_the_way_taken),
        cmocka_unit_test(changed_data_are_prepared_anew),
        cmocka_unit_test(changed_data_are_copied_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
