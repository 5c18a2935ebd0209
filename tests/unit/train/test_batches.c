/* Mini-batches: the oracle's curve and parameters in every residency, and exactly the copies of the transfer
 * model. */
#include "fixtures/trained.h"

#include "base/error.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EPOCHS = 11, ROWS = 23, TEST_ROWS = 7, FEATURES = 5 };

static const uint64_t batches[] = {1, 7, 10, 22,
                                   23}; /* 2 and 13 rows are left, and 1; 23: no batch is smaller */
enum { BATCHES = sizeof batches / sizeof *batches };

static void make_problem(struct test_problem *p, uint32_t hidden, enum ib_optimizer optimizer, uint64_t batch)
{
    struct ib_network net = {
        .n_layers = hidden + 1, .width = {FEATURES}, .act = hidden ? IB_TANH : 0, .loss = IB_MSE};
    for (uint32_t l = 1; l <= hidden; l++)
        net.width[l] = 4;
    net.width[net.n_layers] = 2;
    test_problem_random(p, &net, IB_XAVIER, ROWS, TEST_ROWS, 7);
    p->oracle.spec.lr = 0.01;
    p->oracle.spec.optimizer = optimizer;
    p->oracle.epochs = EPOCHS;
    test_problem_batches(p, batch, 3);
}

static struct ib_transfer_model_case model_of(const struct test_training *t, enum ib_residency residency)
{
    return (struct ib_transfer_model_case){
        .spec = t->data.spec, .residency = residency, .epochs = EPOCHS, .reads = EPOCHS};
}

static void train(struct test_training *t, double *losses, double *params)
{
    double predictions[TEST_ROWS * 2];
    uint64_t reads;
    test_training_run(t, EPOCHS, losses, &reads);
    assert_int_equal(reads, EPOCHS);
    test_training_params(t, params);
    test_training_predict(t, predictions);
}

static void every_residency_trains_the_oracles_batches(void **state)
{
    (void)state;
    for (size_t b = 0; b < BATCHES; b++)
        for (int optimizer = IB_SGD; optimizer <= IB_ADAM; optimizer++)
            for (uint32_t hidden = 0; hidden <= 2; hidden += 2) {
                struct test_problem p;
                make_problem(&p, hidden, (enum ib_optimizer)optimizer, batches[b]);
                test_runs_check(&p);
                test_problem_free(&p);
            }
}

/* The closed forms of impls/README.md: those of full batches, B times. */
static void counts_are_those_of_the_table(void **state)
{
    (void)state;
    for (size_t b = 0; b < BATCHES; b++)
        for (int optimizer = IB_SGD; optimizer <= IB_ADAM; optimizer++)
            for (uint64_t layers = 1; layers <= 3; layers += 2) {
                struct test_problem p;
                struct ib_traffic out[IB_PHASE_COUNT];
                make_problem(&p, (uint32_t)layers - 1, (enum ib_optimizer)optimizer, batches[b]);
                const uint64_t steps = (ROWS + batches[b] - 1) / batches[b], e = EPOCHS, r = 4;
                const uint64_t m = (uint64_t)optimizer, c = optimizer == IB_ADAM,
                               a = 2 * layers * (1 + m) + c;
                struct ib_transfer_model_case model = {
                    .spec = p.oracle.spec, .residency = IB_PER_OP, .epochs = e, .reads = r};
                ib_transfer_model(&model, out);
                assert_int_equal(out[IB_SETUP].h2d_count, 0);
                assert_int_equal(out[IB_TRAIN].h2d_count,
                                 e * steps * (16 * layers - 3 + 2 * layers * m + (2 * layers + 2) * c));
                assert_int_equal(out[IB_TRAIN].d2h_count,
                                 e * steps * (9 * layers - 2 + 2 * layers * m + c) + r * steps);
                model.residency = IB_RESIDENT;
                ib_transfer_model(&model, out);
                assert_int_equal(out[IB_SETUP].h2d_count, 2 + a + c + 1);
                assert_int_equal(out[IB_TRAIN].h2d_count, 0);
                assert_int_equal(out[IB_TRAIN].d2h_count, r * steps);
                test_problem_free(&p);
            }
}

/* The order counts in bytes of its own type. */
static void the_order_is_uploaded_once(void **state)
{
    (void)state;
    struct test_problem p;
    struct ib_traffic full[IB_PHASE_COUNT], batched[IB_PHASE_COUNT];
    make_problem(&p, 1, IB_SGD, 7);
    struct ib_transfer_model_case model = {.spec = p.oracle.spec, .residency = IB_RESIDENT, .epochs = 1};
    ib_transfer_model(&model, batched);
    model.spec.batch = 0;
    ib_transfer_model(&model, full);
    assert_int_equal(batched[IB_SETUP].h2d_bytes - full[IB_SETUP].h2d_bytes,
                     4 * ib_order_count(&p.oracle.spec) * ROWS);
    test_problem_free(&p);
}

/* One copy too many, one too few, and one of the wrong size are found, in training and of the order. */
static void the_law_is_exact(void **state)
{
    (void)state;
    struct test_problem p;
    make_problem(&p, 1, IB_ADAM, 10);
    for (int residency = IB_PER_OP; residency <= IB_RESIDENT; residency++)
        for (int phase = IB_SETUP; phase <= IB_TRAIN; phase++) {
            double losses[EPOCHS], params[512];
            struct test_training t;
            char why[256];
            test_training_open(&t, &ib_impl_fakedev, (enum ib_residency)residency, &p, IB_F64);
            train(&t, losses, params);
            const struct ib_transfer_model_case model = model_of(&t, (enum ib_residency)residency);
            assert_true(ib_transfer_model_matches(&model, &t.dispatch.transfer_log, why, sizeof why));
            const bool uploads = (residency == IB_PER_OP) == (phase == IB_TRAIN);
            const enum ib_op op = phase == IB_SETUP ? IB_OP_PLACE : IB_OP_GEMM;
            struct ib_traffic *copy =
                &t.dispatch.transfer_log.copies[phase == IB_SETUP ? t.training.batches.order.index
                                                                  : t.training.tensors.x.index][phase][op];
            assert_true((copy->h2d_count > 0) == uploads);
            for (int change = -1; change <= 1; change += 2) {
                if (change < 0 && !uploads)
                    continue;
                copy->h2d_count += (uint64_t)change;
                assert_false(ib_transfer_model_matches(&model, &t.dispatch.transfer_log, why, sizeof why));
                copy->h2d_count -= (uint64_t)change;
                copy->h2d_bytes += (uint64_t)change;
                assert_false(ib_transfer_model_matches(&model, &t.dispatch.transfer_log, why, sizeof why));
                copy->h2d_bytes -= (uint64_t)change;
            }
            test_training_close(&t);
        }
    test_problem_free(&p);
}

static bool never(void *context, uint64_t epoch)
{
    (void)context, (void)epoch;
    return false;
}

static enum ib_status keep(void *context, uint64_t epoch, double loss)
{
    (void)epoch;
    *(double *)context = loss;
    return IB_OK;
}

/* Another process goes on from the end of an epoch, with the orders that follow; and a part of an epoch is
 * the beginning of it. */
static void a_training_continues_from_the_end_of_an_epoch(void **state)
{
    (void)state;
    enum { DONE = 4, STEPS = 3 };
    struct test_problem p;
    struct test_training whole, first, second;
    double at[512], end[512], expected[512], loss, last[2];
    struct ib_loss_reader reader = {never, keep, &loss};
    make_problem(&p, 1, IB_ADAM, 10);
    const uint64_t total = ib_state_total(&p.oracle.spec);
    test_training_open(&whole, &ib_impl_cpu_naive, IB_HOST, &p, IB_F64);
    test_training_run(&whole, EPOCHS, NULL, NULL);
    test_training_state(&whole, expected);
    test_training_open(&first, &ib_impl_cpu_naive, IB_HOST, &p, IB_F64);
    test_training_run(&first, DONE, NULL, NULL);
    test_training_state(&first, at);
    p.oracle.order += ib_order_at(&p.oracle.spec, DONE);
    test_training_open(&second, &ib_impl_fakedev, IB_RESIDENT, &p, IB_F64);
    for (uint32_t s = 0; s < ib_state_count(&p.oracle.spec); s++)
        second.data.start[s] = at + ib_state_at(&p.oracle.spec, s);
    for (uint64_t steps = STEPS - 1; steps <= STEPS; steps++) {
        assert_int_equal(ib_training_restart(&second.training), IB_OK);
        assert_int_equal(ib_training_run_cut(&second.training, EPOCHS - DONE, steps, &reader), IB_OK);
        test_training_state(&second, end);
        assert_int_equal(memcmp(end, expected, total * sizeof *end) == 0, steps == STEPS);
        assert_true(end[total - 1] == (EPOCHS - 1) * STEPS + (double)steps); /* Adam counts steps */
        last[steps == STEPS] = loss;
    }
    assert_true(last[0] != last[1]);
    assert_int_equal(ib_training_run_cut(&second.training, 1, STEPS + 1, &reader), IB_EINVAL);
    test_training_close(&whole);
    test_training_close(&first);
    test_training_close(&second);
    test_problem_free(&p);
}

/* The loss of an epoch is the mean of its batches, weighted by their rows. */
static void the_loss_of_an_epoch_is_weighted(void **state)
{
    (void)state;
    enum { STEPS = 3 };
    struct test_problem p;
    struct test_training t;
    double losses[EPOCHS], sum = 0, loss;
    struct ib_loss_reader reader = {never, keep, &loss};
    make_problem(&p, 1, IB_MOMENTUM, 10);
    test_training_open(&t, &ib_impl_cpu_naive, IB_HOST, &p, IB_F64);
    for (uint64_t steps = 1; steps <= STEPS; steps++) {
        assert_int_equal(ib_training_restart(&t.training), IB_OK);
        assert_int_equal(ib_training_run_cut(&t.training, 1, steps, &reader), IB_OK);
        sum += (steps == STEPS ? 3 : 10) * loss;
    }
    assert_int_equal(ib_training_restart(&t.training), IB_OK);
    test_training_run(&t, EPOCHS, losses, NULL);
    assert_true(fabs(losses[0] - sum / ROWS) <= 1e-15 * losses[0]);
    test_training_close(&t);
    test_problem_free(&p);
}

/* ---- what cannot do this ---- */

static enum ib_status do_nothing(void *state, const struct ib_problem *problem, uint64_t n)
{
    (void)state, (void)problem, (void)n;
    return IB_OK;
}

static uint64_t one_epoch(void *state)
{
    (void)state;
    return 1;
}

static void check_open(const struct ib_impl *impl, enum ib_residency residency, const char *reason)
{
    struct test_problem p;
    struct test_training t;
    struct ib_training again;
    make_problem(&p, 0, IB_SGD, 10);
    p.oracle.spec.batch = 0;
    test_training_open(&t, impl, residency, &p, IB_F64);
    t.data.spec.batch = 10;
    t.data.order = p.order;
    assert_int_equal(ib_training_open(&t.dispatch, &t.data, &again), reason ? IB_EUNSUPPORTED : IB_OK);
    if (reason)
        assert_non_null(strstr(ib_error_text(), reason));
    else
        assert_false(again.fused);
    if (!reason)
        ib_training_close(&again);
    test_training_close(&t);
    test_problem_free(&p);
}

static void without_gather_rows_it_is_unsupported(void **state)
{
    (void)state;
    struct ib_impl impl = ib_impl_cpu_naive;
    struct ib_tensor_ops ops = *impl.ops;
    impl.ops = &ops;
    ops.gather_rows = NULL;
    check_open(&impl, IB_HOST, "does not implement the operation gather_rows");
    ops = *ib_impl_cpu_naive.ops;
    ops.struct_size = offsetof(struct ib_tensor_ops, gather_rows); /* as an older plugin has it */
    check_open(&impl, IB_HOST, "does not implement the operation gather_rows");
}

static void fused_steps_are_not_asked(void **state)
{
    (void)state;
    static const struct ib_fused fused = {.struct_size = sizeof fused, .steps = do_nothing};
    struct ib_impl impl = ib_impl_cpu_naive;
    impl.fused = &fused;
    check_open(&impl, IB_HOST, NULL); /* by its operations */
    struct ib_tensor_ops ops = *impl.ops;
    impl.ops = &ops;
    ops.gather_rows = NULL;
    check_open(&impl, IB_HOST, "its fused steps take all rows at once");
}

static void recorded_work_is_not_replayed(void **state)
{
    (void)state;
    static const struct ib_capture capture = {.struct_size = sizeof capture, .epochs = one_epoch};
    struct ib_impl impl = ib_impl_fakedev;
    impl.capture = &capture;
    check_open(&impl, IB_RESIDENT, "replays recorded work, which would train the same batch");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_residency_trains_the_oracles_batches),
        cmocka_unit_test(counts_are_those_of_the_table),
        cmocka_unit_test(the_order_is_uploaded_once),
        cmocka_unit_test(the_law_is_exact),
        cmocka_unit_test(a_training_continues_from_the_end_of_an_epoch),
        cmocka_unit_test(the_loss_of_an_epoch_is_weighted),
        cmocka_unit_test(without_gather_rows_it_is_unsupported),
        cmocka_unit_test(fused_steps_are_not_asked),
        cmocka_unit_test(recorded_work_is_not_replayed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
