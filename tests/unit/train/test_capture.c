/* Recording and replaying: the same training, to the bit, however many epochs a recording holds; and nothing
 * is recorded that would have to be copied. */
#include "fixtures/trained.h"

#include "base/error.h"
#include "train/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EPOCHS = 53, ROWS = 30, MAX_COMMANDS = 53 * 20, MAX_VIEWS = 5 };

/* ---- a device that records: fakedev behind a list ---- */

struct command {
    enum ib_op op;
    bool transpose_a, transpose_b;
    double alpha, beta, beta2, epsilon;
    int kind;
    uint64_t first;
    struct ib_view views[MAX_VIEWS];
};

static struct {
    bool recording;
    uint64_t epochs, replays, losses; /* losses: how often one was computed */
    uint64_t shift;                   /* of the present replay */
    size_t n;
    struct command commands[MAX_COMMANDS];
} recorder;

static enum ib_status perform(void *state, const struct command *c)
{
    const struct ib_tensor_ops *ops = ib_impl_fakedev.ops;
    const struct ib_view *v = c->views;
    switch (c->op) {
    case IB_OP_GEMM:
        return ops->gemm(state, c->transpose_a, c->transpose_b, c->alpha, &v[0], &v[1], c->beta, &v[2]);
    case IB_OP_ADD_ROW:
        return ops->add_row(state, &v[0], &v[1]);
    case IB_OP_ACT:
        return ops->act(state, (enum ib_act)c->kind, &v[0]);
    case IB_OP_ACT_GRAD:
        return ops->act_grad(state, (enum ib_act)c->kind, &v[0], &v[1]);
    case IB_OP_LOSS_GRAD:
        return ops->loss_grad(state, (enum ib_loss)c->kind, &v[0], &v[1], &v[2], v[3].p ? &v[3] : NULL);
    case IB_OP_COL_SUM:
        return ops->col_sum(state, &v[0], &v[1]);
    case IB_OP_ADAM_STEP:
        return ops->adam_step(state, c->alpha, c->beta, c->beta2, c->epsilon, &v[0], &v[1], &v[2], &v[3],
                              &v[4]);
    case IB_OP_GATHER_ROWS:
        return ops->gather_rows(state, c->first + recorder.shift, &v[0], &v[1], &v[2]);
    default:
        return ops->axpy(state, c->alpha, &v[0], &v[1]);
    }
}

static enum ib_status take(void *state, struct command c)
{
    if (!recorder.recording)
        return perform(state, &c);
    assert_true(recorder.n < MAX_COMMANDS);
    recorder.commands[recorder.n++] = c;
    return IB_OK;
}

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    return take(
        state, (struct command){IB_OP_GEMM, transpose_a, transpose_b, alpha, beta, 0, 0, 0, 0, {*a, *b, *c}});
}

static enum ib_status add_row(void *state, const struct ib_view *row, const struct ib_view *m)
{
    return take(state, (struct command){.op = IB_OP_ADD_ROW, .views = {*row, *m}});
}

static enum ib_status act(void *state, enum ib_act kind, const struct ib_view *m)
{
    return take(state, (struct command){.op = IB_OP_ACT, .kind = (int)kind, .views = {*m}});
}

static enum ib_status act_grad(void *state, enum ib_act kind, const struct ib_view *y,
                               const struct ib_view *dy)
{
    return take(state, (struct command){.op = IB_OP_ACT_GRAD, .kind = (int)kind, .views = {*y, *dy}});
}

static enum ib_status loss_grad(void *state, enum ib_loss kind, const struct ib_view *z,
                                const struct ib_view *y, const struct ib_view *dz, const struct ib_view *loss)
{
    struct command c = {.op = IB_OP_LOSS_GRAD, .kind = (int)kind, .views = {*z, *y, *dz}};
    if (loss)
        c.views[3] = *loss;
    recorder.losses += loss != NULL;
    return take(state, c);
}

static enum ib_status col_sum(void *state, const struct ib_view *m, const struct ib_view *row)
{
    return take(state, (struct command){.op = IB_OP_COL_SUM, .views = {*m, *row}});
}

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    return take(state, (struct command){.op = IB_OP_AXPY, .alpha = alpha, .views = {*x, *y}});
}

static enum ib_status adam_step(void *state, double lr, double beta1, double beta2, double epsilon,
                                const struct ib_view *g, const struct ib_view *p, const struct ib_view *m,
                                const struct ib_view *v, const struct ib_view *t)
{
    return take(state, (struct command){.op = IB_OP_ADAM_STEP,
                                        .alpha = lr,
                                        .beta = beta1,
                                        .beta2 = beta2,
                                        .epsilon = epsilon,
                                        .views = {*g, *p, *m, *v, *t}});
}

static enum ib_status gather_rows(void *state, uint64_t first, const struct ib_view *a,
                                  const struct ib_view *index, const struct ib_view *b)
{
    return take(state, (struct command){.op = IB_OP_GATHER_ROWS, .first = first, .views = {*a, *index, *b}});
}

static uint64_t capture_epochs(void *state)
{
    (void)state;
    return recorder.epochs;
}

static enum ib_status capture_begin(void *state)
{
    (void)state;
    recorder.recording = true;
    recorder.n = 0;
    return IB_OK;
}

static enum ib_status capture_end(void *state)
{
    (void)state;
    recorder.recording = false;
    return IB_OK;
}

static enum ib_status replay(void *state, uint64_t n)
{
    assert_true(n > 0);
    recorder.replays += n;
    for (uint64_t i = 0; i < n; i++)
        for (size_t c = 0; c < recorder.n; c++)
            IB_TRY(perform(state, &recorder.commands[c]));
    return IB_OK;
}

static enum ib_status replay_shifted(void *state, uint64_t shift)
{
    recorder.shift = shift;
    const enum ib_status status = replay(state, 1);
    recorder.shift = 0;
    return status;
}

static const struct ib_tensor_ops ops = {
    .struct_size = sizeof ops,
    .gemm = gemm,
    .add_row = add_row,
    .act = act,
    .act_grad = act_grad,
    .loss_grad = loss_grad,
    .col_sum = col_sum,
    .axpy = axpy,
    .adam_step = adam_step,
    .gather_rows = gather_rows,
};
static const struct ib_capture capture = {sizeof capture, capture_epochs, capture_begin,
                                          capture_end,    replay,         replay_shifted};

static struct ib_impl recording_impl(uint64_t epochs)
{
    struct ib_impl impl = ib_impl_fakedev;
    memset(&recorder, 0, sizeof recorder);
    recorder.epochs = epochs;
    impl.name = "recorder";
    impl.ops = &ops;
    impl.capture = &capture;
    return impl;
}

/* ---- training with it ---- */

static struct ib_network network(void)
{
    struct ib_network net = {.n_layers = 2, .act = IB_TANH, .loss = IB_MSE};
    net.width[0] = 4;
    net.width[1] = 3;
    net.width[2] = 1;
    return net;
}

struct result {
    double params[64], losses[EPOCHS];
    uint64_t n_losses, launches;
};

/* Recordings are replayed between the reads, too: epochs 17, 34 and 51. */
static bool wants_some(void *context, uint64_t epoch)
{
    (void)context;
    return epoch % 17 == 0;
}

static enum ib_status keep(void *context, uint64_t epoch, double loss)
{
    struct result *result = context;
    (void)epoch;
    result->losses[result->n_losses++] = loss;
    return IB_OK;
}

/* Twice, as a timed pass would, so that the second training finds a recording. */
static void train(const struct ib_impl *impl, enum ib_optimizer optimizer, uint64_t batch, bool with_losses,
                  struct result *out)
{
    struct test_problem problem;
    struct test_training t;
    struct ib_loss_reader reader = {wants_some, keep, out};
    const struct ib_network net = network();
    test_problem_random(&problem, &net, IB_XAVIER, ROWS, 5, 7);
    problem.oracle.spec.lr = 0.05;
    problem.oracle.spec.optimizer = optimizer;
    problem.oracle.epochs = EPOCHS;
    if (batch)
        test_problem_batches(&problem, batch, 3);
    test_training_open(&t, impl, IB_RESIDENT, &problem, IB_F64);
    memset(t.dispatch.joins, 0, sizeof t.dispatch.joins); /* what is recorded offers no joined operations */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ib_training_restart(&t.training), IB_OK);
        t.dispatch.phase = IB_TRAIN;
        t.dispatch.transfer_log.launches[IB_TRAIN] = 0;
        out->n_losses = 0;
        assert_int_equal(ib_training_run(&t.training, EPOCHS, with_losses ? &reader : NULL), IB_OK);
    }
    out->launches = t.dispatch.transfer_log.launches[IB_TRAIN];
    test_training_params(&t, out->params);
    test_training_close(&t);
    test_problem_free(&problem);
}

/* All whole recordings between two reads, in two trainings; the very first epoch is not recorded. */
static uint64_t replays_of(uint64_t epochs, bool with_losses)
{
    return with_losses ? (16 - 1) / epochs + 2 * (16 / epochs) + 2 / epochs + 3 * (16 / epochs) + 2 / epochs
                       : (EPOCHS - 1) / epochs + EPOCHS / epochs;
}

static void replayed_training_is_the_same(void **state)
{
    (void)state;
    static const uint64_t epochs_per_recording[] = {1, 2, 10, 52, 53};
    for (int variant = 0; variant < 4; variant++) {
        const bool with_losses = variant % 2;
        const enum ib_optimizer optimizer = variant < 2 ? IB_SGD : IB_ADAM; /* which counts its steps */
        struct result truth = {0};
        train(&ib_impl_fakedev, optimizer, 0, with_losses, &truth);
        for (size_t i = 0; i < sizeof epochs_per_recording / sizeof *epochs_per_recording; i++) {
            struct result result = {0};
            const struct ib_impl impl = recording_impl(epochs_per_recording[i]);
            train(&impl, optimizer, 0, with_losses, &result);
            assert_memory_equal(&result, &truth, sizeof truth);
            assert_int_equal(recorder.replays, replays_of(epochs_per_recording[i], with_losses));
            assert_int_equal(recorder.losses, with_losses ? 2 * 3 : 0);
        }
    }
}

/* All whole recordings of the epochs whose losses are not read, in two trainings; the very first step, and
 * those with fewer rows, are not recorded. */
static uint64_t replays_of_steps(uint64_t whole, uint64_t steps, bool with_losses)
{
    const uint64_t silent = 2 * (EPOCHS - (with_losses ? 3 : 0));
    steps = steps < whole ? steps : whole;
    return (whole - 1) / steps + (silent - 1) * (whole / steps);
}

static void replayed_mini_batches_are_the_same(void **state)
{
    (void)state;
    static const uint64_t batches[] = {1, 7, 10, 16, ROWS}, steps_per_recording[] = {1, 3, 4, 100};
    enum { BATCHES = sizeof batches / sizeof *batches };
    for (size_t variant = 0; variant < 2 * BATCHES; variant++) {
        const uint64_t batch = batches[variant / 2];
        const bool with_losses = variant % 2;
        struct result truth = {0};
        train(&ib_impl_fakedev, IB_ADAM, batch, with_losses, &truth);
        for (size_t i = 0; i < sizeof steps_per_recording / sizeof *steps_per_recording; i++) {
            struct result result = {0};
            const struct ib_impl impl = recording_impl(steps_per_recording[i]);
            train(&impl, IB_ADAM, batch, with_losses, &result);
            assert_memory_equal(&result, &truth, sizeof truth);
            assert_int_equal(recorder.replays,
                             replays_of_steps(ROWS / batch, steps_per_recording[i], with_losses));
        }
    }
}

static void nothing_is_copied_around_a_recording(void **state)
{
    (void)state;
    struct test_problem problem;
    struct test_training t;
    struct ib_training again;
    const struct ib_network net = network();
    const struct ib_impl impl = recording_impl(5);
    test_problem_random(&problem, &net, IB_XAVIER, 30, 5, 7);
    test_training_open(&t, &impl, IB_RESIDENT, &problem, IB_F64);
    double values[64];
    test_training_run(&t, 3, NULL, NULL);
    assert_int_equal(ib_capture_begin(&t.dispatch), IB_OK);
    assert_int_equal(ib_read(&t.dispatch, &t.training.tensors.state[0], values), IB_EINTERNAL);
    assert_non_null(strstr(ib_error_text(), "cannot be recorded"));
    assert_int_equal(ib_capture_end(&t.dispatch), IB_OK);

    t.dispatch.policy = (struct ib_policy){true, true};
    assert_int_equal(ib_training_open(&t.dispatch, &t.data, &again), IB_EUNSUPPORTED);
    assert_non_null(strstr(ib_error_text(), "use residency resident"));
    test_training_close(&t);
    test_problem_free(&problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replayed_training_is_the_same),
        cmocka_unit_test(replayed_mini_batches_are_the_same),
        cmocka_unit_test(nothing_is_copied_around_a_recording),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
