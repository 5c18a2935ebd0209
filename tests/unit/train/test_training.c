/* The models over the operations: the same curve, parameters and predictions as the oracle's, for every
 * shape, under every policy; and exactly the copies that the transfer model allows. */
#include "fixtures/trained.h"

#include "base/error.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EPOCHS = 120, ROWS = 23, TEST_ROWS = 7, FEATURES = 5 };

static struct ib_network network(uint32_t hidden_layers, enum ib_act act, enum ib_loss loss, uint64_t outputs)
{
    struct ib_network net = {.n_layers = hidden_layers + 1, .act = act, .loss = loss};
    net.width[0] = FEATURES;
    for (uint32_t l = 1; l <= hidden_layers; l++)
        net.width[l] = 3 + l % 3;
    net.width[net.n_layers] = outputs;
    return net;
}

static void make_problem(struct test_problem *p, const struct ib_network *net)
{
    test_problem_random(p, net, IB_XAVIER, ROWS, TEST_ROWS, 7);
    p->oracle.spec.lr = 0.01;
    p->oracle.epochs = EPOCHS;
}

static void check_network(const struct ib_network *net)
{
    struct test_problem p;
    make_problem(&p, net);
    test_runs_check(&p);
    test_problem_free(&p);
}

static void every_depth(void **state)
{
    (void)state;
    for (uint32_t hidden = 0; hidden <= IB_MAX_LAYERS - 1; hidden++) {
        struct ib_network net = network(hidden, hidden ? IB_TANH : 0, IB_MSE, 1);
        check_network(&net);
    }
}

static void every_activation_and_loss(void **state)
{
    (void)state;
    for (int act = IB_RELU; act <= IB_SIGMOID; act++)
        for (int loss = IB_HALF_MSE; loss <= IB_CE; loss++)
            for (uint64_t outputs = 1; outputs <= 3; outputs += 2) {
                struct ib_network net = network(2, (enum ib_act)act, (enum ib_loss)loss, outputs);
                check_network(&net);
            }
}

/* How the parameters are updated. */
static const struct {
    enum ib_optimizer optimizer;
    double weight_decay;
} updates[] = {{IB_SGD, 0.1}, {IB_MOMENTUM, 0}, {IB_MOMENTUM, 0.1}, {IB_ADAM, 0}, {IB_ADAM, 0.1}};
enum { UPDATES = sizeof updates / sizeof *updates };

static void set_update(struct ib_training_spec *spec, size_t u)
{
    spec->optimizer = updates[u].optimizer;
    spec->weight_decay = updates[u].weight_decay;
}

static void every_optimizer(void **state)
{
    (void)state;
    for (size_t u = 0; u < UPDATES; u++)
        for (uint32_t hidden = 0; hidden <= 2; hidden++) {
            const struct ib_network net = network(hidden, hidden ? IB_TANH : 0, IB_MSE, 2);
            struct test_problem p;
            make_problem(&p, &net);
            set_update(&p.oracle.spec, u);
            test_runs_check(&p);
            test_problem_free(&p);
        }
}

/* A training goes on from the state of another, in one go or epoch by epoch. */
static void a_training_continues_from_a_state(void **state)
{
    (void)state;
    const struct ib_network net = network(1, IB_TANH, IB_MSE, 1);
    struct test_problem p;
    make_problem(&p, &net);
    for (size_t u = 0; u < UPDATES; u++) {
        struct test_training whole, first, second;
        double at[512], end[512], expected[512];
        set_update(&p.oracle.spec, u);
        const uint64_t total = ib_state_total(&p.oracle.spec);
        test_training_open(&whole, &ib_impl_cpu_naive, IB_HOST, &p, IB_F64);
        test_training_run(&whole, EPOCHS, NULL, NULL);
        test_training_state(&whole, expected);
        test_training_open(&first, &ib_impl_cpu_naive, IB_HOST, &p, IB_F64);
        test_training_run(&first, EPOCHS / 3, NULL, NULL);
        test_training_state(&first, at);
        test_training_open(&second, &ib_impl_fakedev, IB_RESIDENT, &p, IB_F64);
        for (uint32_t s = 0; s < ib_state_count(&p.oracle.spec); s++)
            second.data.start[s] = at + ib_state_at(&p.oracle.spec, s);
        assert_int_equal(ib_training_restart(&second.training), IB_OK);
        test_training_run(&second, EPOCHS - EPOCHS / 3, NULL, NULL);
        test_training_state(&second, end);
        assert_memory_equal(end, expected, total * sizeof *end);
        test_training_close(&whole);
        test_training_close(&first);
        test_training_close(&second);
    }
    test_problem_free(&p);
}

/* Reading losses, or not reading any, must not change where the training goes; nor must a restart. */
static void reading_changes_nothing(void **state)
{
    (void)state;
    struct ib_network net = network(2, IB_RELU, IB_MSE, 1);
    struct test_problem p;
    make_problem(&p, &net);
    for (size_t r = 0; r < TEST_RUNS; r++) {
        struct test_training t;
        double losses[EPOCHS], first[512], second[512];
        uint64_t size = ib_network_size(&net);
        test_training_open(&t, test_runs[r].impl, test_runs[r].residency, &p, IB_F64);
        test_training_run(&t, EPOCHS, losses, NULL);
        test_training_params(&t, first);
        assert_int_equal(ib_training_restart(&t.training), IB_OK);
        test_training_run(&t, EPOCHS, NULL, NULL);
        test_training_params(&t, second);
        assert_memory_equal(first, second, size * sizeof *first);
        test_training_close(&t);
    }
    test_problem_free(&p);
}

/* Reads the state array by array, each in the type of the training. */
static void read_each(struct test_training *t, double *out)
{
    const struct ib_training_spec *spec = &t->data.spec;
    for (uint32_t s = 0; s < ib_state_count(spec); s++) {
        double values[64];
        const uint64_t n = ib_state_size(spec, s);
        assert_true(n <= sizeof values / sizeof *values);
        assert_int_equal(ib_read(&t->dispatch, &t->training.tensors.state[s], values), IB_OK);
        for (uint64_t i = 0; i < n; i++)
            *out++ = spec->dtype == IB_F32 ? (double)((const float *)(const void *)values)[i] : values[i];
    }
}

/* One after the other, in the type of the training; and the same again from the device. */
static void the_whole_state_is_read_at_once(void **state)
{
    (void)state;
    struct ib_network net = network(2, IB_RELU, IB_MSE, 2);
    struct test_problem p;
    make_problem(&p, &net);
    p.oracle.spec.optimizer = IB_ADAM;
    const uint64_t size = ib_state_total(&p.oracle.spec);
    for (size_t r = 0; r < TEST_RUNS; r++)
        for (enum ib_dtype type = IB_F32; type <= IB_F64; type++) {
            struct test_training t;
            double each[512];
            union {
                float f32[512];
                double f64[512];
            } at_once, again;
            test_training_open(&t, test_runs[r].impl, test_runs[r].residency, &p, type);
            test_training_run(&t, 3, NULL, NULL);
            assert_int_equal(ib_training_state_bytes(&t.training), size * (type == IB_F32 ? 4 : 8));
            assert_int_equal(ib_training_read_state(&t.training, false, &at_once), IB_OK);
            assert_int_equal(ib_training_read_state(&t.training, true, &again), IB_OK);
            assert_memory_equal(&at_once, &again, ib_training_state_bytes(&t.training));
            read_each(&t, each);
            for (uint64_t i = 0; i < size; i++)
                assert_true((type == IB_F32 ? (double)at_once.f32[i] : at_once.f64[i]) == each[i]);
            test_training_close(&t);
        }
    test_problem_free(&p);
}

/* The figures of an earlier experiment: 50 epochs, the loss of every tenth read. */
static void known_counts(void **state)
{
    (void)state;
    const struct {
        uint32_t layers;
        enum ib_residency residency;
        uint64_t h2d, d2h;
    } known[] = {
        {1, IB_PER_OP, 650, 355}, {2, IB_PER_OP, 1450, 805}, {1, IB_RESIDENT, 0, 5}, {2, IB_RESIDENT, 0, 5}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct ib_transfer_model_case transfer_model = {
            .spec = {.net = network(known[i].layers - 1, IB_TANH, IB_MSE, 1),
                     .dtype = IB_F32,
                     .rows = 500,
                     .test_rows = 1},
            .residency = known[i].residency,
            .epochs = 50,
            .reads = 5};
        struct ib_traffic out[IB_PHASE_COUNT];
        ib_transfer_model(&transfer_model, out);
        assert_int_equal(out[IB_TRAIN].h2d_count, known[i].h2d);
        assert_int_equal(out[IB_TRAIN].d2h_count, known[i].d2h);
    }
}

/* The closed forms of impls/README.md, for every optimiser. */
static void counts_are_those_of_the_table(void **state)
{
    (void)state;
    for (uint64_t layers = 1; layers <= 3; layers++)
        for (int optimizer = IB_SGD; optimizer <= IB_ADAM; optimizer++)
            for (int way = 0; way < 8; way++) {
                const uint64_t d = way & 1, fused = way >> 1 & 1, resident = way >> 2 & 1;
                const uint64_t e = 50, r = 5, m = (uint64_t)optimizer, c = optimizer == IB_ADAM;
                const uint64_t a = 2 * layers * (1 + m) + c;
                const struct ib_transfer_model_case transfer_model = {
                    .spec = {.net = network((uint32_t)layers - 1, IB_TANH, IB_MSE, 1),
                             .dtype = IB_F32,
                             .rows = 500,
                             .test_rows = 1,
                             .optimizer = (enum ib_optimizer)optimizer,
                             .weight_decay = d ? 0.1 : 0},
                    .residency = resident ? IB_RESIDENT : IB_PER_OP,
                    .fused = fused,
                    .epochs = e,
                    .reads = r};
                const uint64_t ups =
                    fused ? e * (2 + a)
                          : e * (16 * layers - 3 + 2 * layers * m + 4 * layers * d + (2 * layers + 2) * c);
                const uint64_t downs =
                    fused ? a * e : e * (9 * layers - 2 + 2 * layers * m + 2 * layers * d + c);
                struct ib_traffic out[IB_PHASE_COUNT];
                ib_transfer_model(&transfer_model, out);
                assert_int_equal(out[IB_SETUP].h2d_count, resident ? 2 + a + (fused ? 0 : c) : 0);
                assert_int_equal(out[IB_TRAIN].h2d_count, resident ? 0 : ups);
                assert_int_equal(out[IB_TRAIN].d2h_count, (resident ? 0 : downs) + r);
                assert_int_equal(out[IB_READBACK].d2h_count, resident ? a : 0);
            }
}

/* The expected transfers reject one copy too many, one too few, and one of the wrong size. */
static void check_law(enum ib_optimizer optimizer, enum ib_op op)
{
    struct ib_network net = network(1, IB_TANH, IB_MSE, 1);
    struct test_problem p;
    struct test_training t;
    double losses[EPOCHS], params[512], predictions[TEST_ROWS];
    char why[256];
    make_problem(&p, &net);
    p.oracle.spec.optimizer = optimizer;
    for (int residency = IB_PER_OP; residency <= IB_RESIDENT; residency++) {
        struct ib_transfer_model_case transfer_model = {
            .spec = p.oracle.spec, .residency = (enum ib_residency)residency, .epochs = EPOCHS};
        test_training_open(&t, &ib_impl_fakedev, (enum ib_residency)residency, &p, IB_F64);
        test_training_run(&t, EPOCHS, losses, &transfer_model.reads);
        test_training_params(&t, params);
        test_training_predict(&t, predictions);
        assert_true(ib_transfer_model_matches(&transfer_model, &t.dispatch.transfer_log, why, sizeof why));
        struct ib_traffic *copy = &t.dispatch.transfer_log.copies[0][IB_TRAIN][op];
        uint64_t *fields[] = {&copy->h2d_count, &copy->h2d_bytes, &copy->d2h_count, &copy->d2h_bytes};
        for (size_t i = 0; i < 4; i++) {
            ++*fields[i];
            assert_false(
                ib_transfer_model_matches(&transfer_model, &t.dispatch.transfer_log, why, sizeof why));
            assert_non_null(strstr(why, "train"));
            --*fields[i];
        }
        transfer_model.epochs--;
        assert_int_equal(
            ib_transfer_model_matches(&transfer_model, &t.dispatch.transfer_log, why, sizeof why),
            residency == IB_RESIDENT);
        test_training_close(&t);
    }
    test_problem_free(&p);
}

static void law_is_exact(void **state)
{
    (void)state;
    check_law(IB_SGD, IB_OP_GEMM);
    check_law(IB_MOMENTUM, IB_OP_MOMENTUM_STEP);
    check_law(IB_ADAM, IB_OP_ADAM_STEP);
}

/* ---- fused steps that know less ---- */

static unsigned asked;

static enum ib_status supports_all(const struct ib_problem *problem, char *why, size_t n)
{
    (void)problem, (void)why, (void)n;
    asked++;
    return IB_OK;
}

static enum ib_status do_nothing(void *state, const struct ib_problem *problem, uint64_t n)
{
    (void)state, (void)problem, (void)n;
    return IB_OK;
}

/* Opens a training with this update by steps that know those: the operations train it, if they can, where the
 * steps do not know it. */
static void check_asked(const struct test_problem *p, uint32_t offered, size_t u, bool has_updates)
{
    const struct ib_fused fused = {
        .struct_size = sizeof fused, .supports = supports_all, .steps = do_nothing, .updates = offered};
    const uint32_t needed = ib_updates_needed(updates[u].optimizer, updates[u].weight_decay);
    const bool offers = (needed & ~offered) == 0;
    struct ib_tensor_ops ops = *ib_impl_cpu_naive.ops;
    struct ib_impl impl = ib_impl_cpu_naive;
    struct test_training t;
    struct ib_training again;
    impl.fused = &fused;
    impl.ops = &ops;
    test_training_open(&t, &impl, IB_HOST, p, IB_F64);
    set_update(&t.data.spec, u);
    for (uint32_t s = 0; s < ib_state_count(&t.data.spec); s++) {
        t.data.start[s] = p->start;
        t.data.state_name[s] = "s";
    }
    if (!has_updates)
        ops.axpy = NULL, ops.momentum_step = NULL, ops.adam_step = NULL;
    const unsigned before = asked;
    assert_int_equal(ib_training_open(&t.dispatch, &t.data, &again),
                     offers || has_updates ? IB_OK : IB_EUNSUPPORTED);
    assert_int_equal(asked, before + offers);
    if (offers || has_updates) {
        assert_int_equal(again.fused, offers);
        ib_training_close(&again);
    } else {
        assert_non_null(strstr(ib_error_text(), "its fused steps do not offer"));
    }
    test_training_close(&t);
}

static void fused_steps_are_asked_only_for_updates_that_they_name(void **state)
{
    (void)state;
    static const uint32_t offered[] = {0, IB_DOES_MOMENTUM, IB_DOES_ADAM | IB_DOES_WEIGHT_DECAY};
    const struct ib_network net = network(0, 0, IB_MSE, 1);
    struct test_problem p;
    make_problem(&p, &net);
    for (size_t o = 0; o < sizeof offered / sizeof *offered; o++)
        for (size_t u = 0; u < UPDATES; u++) {
            check_asked(&p, offered[o], u, true);
            check_asked(&p, offered[o], u, false);
        }
    test_problem_free(&p);
}

/* The operations of an epoch of three layers, with plain gradient descent, and the state that they end with.
 */
static uint64_t operations_of_an_epoch(const struct test_problem *p, enum ib_residency residency, bool joined,
                                       double *state)
{
    struct test_training t;
    test_training_open(&t, &ib_impl_fakedev, residency, p, IB_F32);
    if (!joined)
        memset(t.dispatch.joins, 0, sizeof t.dispatch.joins);
    test_training_run(&t, EPOCHS, NULL, NULL);
    test_training_state(&t, state);
    const uint64_t calls = t.dispatch.transfer_log.launches[IB_TRAIN];
    test_training_close(&t);
    assert_int_equal(calls % EPOCHS, 0);
    return calls / EPOCHS;
}

static void joined_operations_take_the_place_of_their_parts(void **state)
{
    (void)state;
    const struct ib_network net = network(2, IB_TANH, IB_MSE, 1);
    struct test_problem p;
    double joined[512], apart[512], copied[512];
    const size_t bytes = ib_network_size(&net) * sizeof *joined;
    make_problem(&p, &net);
    /* layers, loss, sum, two of (two products, slopes and sum), a product, an update */
    assert_int_equal(operations_of_an_epoch(&p, IB_RESIDENT, true, joined), 3 + 1 + 1 + 2 * 3 + 1 + 1);
    assert_int_equal(operations_of_an_epoch(&p, IB_RESIDENT, false, apart), 25);
    assert_int_equal(operations_of_an_epoch(&p, IB_PER_OP, true, copied), 25);
    assert_memory_equal(joined, apart, bytes);
    assert_memory_equal(joined, copied, bytes);
    test_problem_free(&p);
}

static void residency_must_fit_the_memory(void **state)
{
    (void)state;
    struct ib_dispatch d;
    assert_int_equal(ib_dispatch_open(&ib_impl_cpu_naive, NULL, IB_RESIDENT, &d), IB_EINVAL);
    assert_int_equal(ib_dispatch_open(&ib_impl_fakedev, NULL, IB_HOST, &d), IB_EINVAL);
    assert_non_null(strstr(ib_error_text(), "per_op or resident"));
}

static int held; /* allocations of the device */

static enum ib_status alloc(void *state, size_t bytes, void **out)
{
    held++;
    return ib_impl_fakedev.mem->alloc(state, bytes, out);
}

static void release(void *state, void *device)
{
    held--;
    ib_impl_fakedev.mem->free(state, device);
}

static void a_prediction_leaves_nothing_on_the_device(void **state)
{
    (void)state;
    const struct ib_network net = network(1, IB_TANH, IB_MSE, 2);
    struct ib_mem_ops mem = *ib_impl_fakedev.mem;
    struct ib_impl impl = ib_impl_fakedev;
    struct test_problem p;
    mem.alloc = alloc;
    mem.free = release;
    impl.mem = &mem;
    make_problem(&p, &net);
    for (int residency = IB_PER_OP; residency <= IB_RESIDENT; residency++) {
        struct test_training t;
        double predictions[TEST_ROWS * 2];
        test_training_open(&t, &impl, (enum ib_residency)residency, &p, IB_F64);
        const int before = held;
        test_training_predict(&t, predictions);
        assert_true(before > 0 && held == before);
        test_training_close(&t);
        assert_int_equal(held, 0);
    }
    test_problem_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_depth),
        cmocka_unit_test(every_activation_and_loss),
        cmocka_unit_test(reading_changes_nothing),
        cmocka_unit_test(the_whole_state_is_read_at_once),
        cmocka_unit_test(every_optimizer),
        cmocka_unit_test(a_training_continues_from_a_state),
        cmocka_unit_test(known_counts),
        cmocka_unit_test(counts_are_those_of_the_table),
        cmocka_unit_test(law_is_exact),
        cmocka_unit_test(fused_steps_are_asked_only_for_updates_that_they_name),
        cmocka_unit_test(joined_operations_take_the_place_of_their_parts),
        cmocka_unit_test(residency_must_fit_the_memory),
        cmocka_unit_test(a_prediction_leaves_nothing_on_the_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
