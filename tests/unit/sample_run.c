#include "sample_run.h"

#include "base/rng.h"
#include "core/loss_schedule.h"
#include "metrics/metric.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum fate { RIGHT, WRONG, CRASHED, LATE_TIMEOUT, UNAVAILABLE, NOT_RUN, DIVERGES };

static const struct sample_impl {
    struct ib_impl_info info;
    struct ib_setting settings[2];
    size_t n_settings;
    const char *label;
    enum ib_residency residency;
    double speed; /* times the fastest one's epoch */
    enum fate fate;
} impls[] = {
    {{.name = "cpu_naive", .path = "ops", .available = true}, {{0}}, 0, "cpu_naive", IB_HOST, 21.7, RIGHT},
    {{.name = "cpu_blas", .path = "ops", .available = true, .libraries = "OpenBLAS 0.3.21 <SkylakeX>"},
     {{"threads", "2"}},
     1,
     "cpu_blas threads=2",
     IB_HOST,
     1,
     RIGHT},
    {{.name = "cpu_blas", .path = "ops", .available = true}, {{0}}, 0, "cpu_blas", IB_HOST, 1.004, RIGHT},
    {{.name = "cpu_fused", .path = "fused", .available = true}, {{0}}, 0, "cpu_fused", IB_HOST, 3.1, RIGHT},
    {{.name = "opencl_tiled", .path = "ops", .device = true, .available = true, .libraries = "PoCL 3.1"},
     {{"isa", "avx2"}, {"pinned", "true"}},
     2,
     "opencl_tiled isa=avx2 pinned=true",
     IB_RESIDENT,
     5.2,
     RIGHT},
    {{.name = "opencl_tiled", .path = "ops", .device = true, .available = true},
     {{"isa", "avx2"}, {"pinned", "true"}},
     2,
     "opencl_tiled isa=avx2 pinned=true",
     IB_PER_OP,
     44,
     RIGHT},
    {{.name = "fakedev", .path = "ops", .device = true, .available = true, .flags = IB_SIMULATED},
     {{0}},
     0,
     "fakedev",
     IB_RESIDENT,
     0.5,
     RIGHT},
    {{.name = "fakedev", .path = "ops", .device = true, .available = true, .flags = IB_SIMULATED},
     {{0}},
     0,
     "fakedev",
     IB_PER_OP,
     0.9,
     RIGHT},
    {{.name = "broken_bias", .path = "ops", .available = true}, {{0}}, 0, "broken_bias", IB_HOST, 0.8, WRONG},
    {{.name = "crashing", .path = "ops", .available = true}, {{0}}, 0, "crashing", IB_HOST, 1, CRASHED},
    {{.name = "hanging", .path = "ops", .available = true}, {{0}}, 0, "hanging", IB_HOST, 2, LATE_TIMEOUT},
    {{.name = "cuda_cublas", .device = true}, {{0}}, 0, "cuda_cublas", IB_RESIDENT, 1, UNAVAILABLE},
    {{.name = "cuda_cublas", .device = true}, {{0}}, 0, "cuda_cublas", IB_PER_OP, 1, UNAVAILABLE},
};
enum { IMPL_COUNT = sizeof impls / sizeof *impls };

/* The data sets: the values are drawn, the shapes are those of the real ones. */
static const struct sample_data {
    const char *name, *sha256;
    enum ib_task task;
    uint64_t rows, test_rows, cols;
} data_sets[] = {{"diabetes", "d1", IB_REGRESSION, 353, 89, 10},
                 {"breast_cancer", "b2", IB_CLASSIFICATION, 455, 114, 30},
                 {"xor", "c3", IB_CLASSIFICATION, 4, 4, 2},
                 {"odd " SAMPLE_NASTY, "e4", IB_REGRESSION, 20, 5, 3}};
enum { DIABETES, BREAST_CANCER, XOR, ODD };

static const struct sample_problem {
    const char *model;
    int data;
    enum ib_dtype dtype;
    uint32_t n_hidden;
    uint64_t hidden[2];
    double lr;
    enum fate fate; /* of all of it, unless RIGHT */
} problems[] = {
    {"linreg", DIABETES, IB_F64, 0, {0}, 0.01, RIGHT},
    {"logreg", BREAST_CANCER, IB_F64, 0, {0}, 0.01, RIGHT},
    {"logreg", XOR, IB_F64, 0, {0}, 0.01, RIGHT},
    {"mlp", DIABETES, IB_F32, 2, {6, 6}, 0.01, RIGHT},
    {"mlp", DIABETES, IB_F64, 2, {6, 6}, 0.01, RIGHT},
    {"mlp", BREAST_CANCER, IB_F32, 1, {6}, 0.01, RIGHT},
    {"mlp", BREAST_CANCER, IB_F32, 1, {6}, 90, DIVERGES},
    {"linreg", ODD, IB_F64, 0, {0}, 0.01, NOT_RUN},
};
enum { PROBLEM_COUNT = sizeof problems / sizeof *problems };

struct maker {
    struct ib_arena arena;
    struct ib_store *store;
    struct ib_dataset data[4];
    double *predicted[4]; /* what a right implementation answers */
    struct ib_transfer_log transfer_log;
};

double sample_epoch_ns(double speed, uint64_t round)
{
    static const double noise[SAMPLE_ROUNDS] = {1.0, 1.013, 0.992, 1.004, 1.021, 0.997, 1.09};
    const double turn =
        speed > 1 && speed < 1.01 && round % 2 ? 0.99 : 1; /* now this one leads, now that one */
    return 12345.6 * speed * turn * noise[(round - 1) % SAMPLE_ROUNDS];
}

static void make_data(struct maker *m, int i)
{
    const struct sample_data *from = &data_sets[i];
    struct ib_dataset *to = &m->data[i];
    struct ib_rng rng;
    ib_rng_seed(&rng, 7);
    *to = (struct ib_dataset){.name = from->name,
                              .task = from->task,
                              .rows = from->rows,
                              .test_rows = from->test_rows,
                              .cols = from->cols,
                              .outputs = 1,
                              .target = "y"};
    snprintf(to->sha256, sizeof to->sha256, "%s", from->sha256);
    to->y_test = ib_arena_alloc(&m->arena, from->test_rows * sizeof *to->y_test);
    m->predicted[i] = ib_arena_alloc(&m->arena, from->test_rows * sizeof *to->y_test);
    for (uint64_t row = 0; row < from->test_rows; row++) {
        if (from->task == IB_REGRESSION) {
            to->y_test[row] = 150 + 77 * ib_rng_normal(&rng);
            m->predicted[i][row] = 75 + 0.5 * to->y_test[row] + 40 * ib_rng_normal(&rng);
        } else {
            bool positive = row % 2;
            double margin = i == XOR ? 0 : (positive ? 2.5 : -3) + 1.6 * ib_rng_normal(&rng);
            to->y_test[row] = positive;
            m->predicted[i][row] = 1 / (1 + exp(-margin));
        }
    }
}

/* What a training of two tensors moves: x in, w in and out. */
static void make_transfer_log(const struct sample_impl *impl, struct ib_transfer_log *transfer_log)
{
    memset(transfer_log, 0, sizeof *transfer_log);
    transfer_log->n_tensors = 2;
    strcpy(transfer_log->tensor[0], "x");
    strcpy(transfer_log->tensor[1], "w");
    transfer_log->launches[IB_TRAIN] = 3 * SAMPLE_EPOCHS;
    transfer_log->syncs[IB_TRAIN] = 1;
    if (impl->residency == IB_RESIDENT) {
        transfer_log->copies[IB_SETUP][IB_OP_PLACE][0] = (struct ib_traffic){1, 28240, 0, 0};
        transfer_log->copies[IB_SETUP][IB_OP_PLACE][1] = (struct ib_traffic){1, 80, 0, 0};
        transfer_log->copies[IB_READBACK][IB_OP_READ][1] = (struct ib_traffic){0, 0, 1, 80};
    } else if (impl->residency == IB_PER_OP) {
        transfer_log->copies[IB_TRAIN][IB_OP_GEMM][0] =
            (struct ib_traffic){SAMPLE_EPOCHS, 28240 * SAMPLE_EPOCHS, 0, 0};
        transfer_log->copies[IB_TRAIN][IB_OP_AXPY][1] =
            (struct ib_traffic){SAMPLE_EPOCHS, 80 * SAMPLE_EPOCHS, SAMPLE_EPOCHS, 80 * SAMPLE_EPOCHS};
    }
}

static void make_curve(struct maker *m, const struct ib_case *c, enum fate fate, struct ib_curve *curve)
{
    curve->epoch = ib_arena_alloc(&m->arena, SAMPLE_EPOCHS * sizeof *curve->epoch);
    curve->loss = ib_arena_alloc(&m->arena, SAMPLE_EPOCHS * sizeof *curve->loss);
    for (uint64_t epoch = 1; epoch <= SAMPLE_EPOCHS; epoch++) {
        if (!ib_checks_epoch(epoch, SAMPLE_EPOCHS))
            continue;
        double loss = 0.3 + 0.9 / (1 + 0.02 * (double)epoch);
        if (c->dataset->task == IB_REGRESSION)
            loss *= 99000; /* an axis past 10000, which changes how its ticks are written */
        if (fate == WRONG)
            loss *= 1.3 - 0.2 / (double)epoch;
        if (fate == DIVERGES)
            loss = epoch < 40 ? exp(0.3 * (double)epoch) : epoch < 50 ? INFINITY : NAN;
        curve->epoch[curve->n] = epoch;
        curve->loss[curve->n++] = loss;
    }
}

/* Of a tracer that does not count everything. */
static const struct ib_driver_counters *make_counters(struct maker *m, bool *agrees)
{
    struct ib_driver_counters *t = ib_arena_alloc(&m->arena, sizeof *t);
    ib_driver_counters_clear(t);
    strcpy(t->source, "OpenCL layer");
    t->seen.launch_count = 9;
    t->seen.d2d_count = 2;
    t->seen.d2d_bytes = 80;
    ib_driver_counters_add_kernel(t, "tiled_act", 1);
    ib_driver_counters_add_kernel(t, "tiled_gemm", 7);
    ib_driver_counters_add_kernel(t, "add_row", 1);
    *agrees = true;
    return t;
}

static void put_checked(struct maker *m, const struct ib_case *c, enum fate fate, const double *right)
{
    const struct ib_dataset *d = c->dataset;
    double *answer = ib_arena_alloc(&m->arena, d->test_rows * sizeof *answer), metrics[32];
    for (uint64_t row = 0; row < d->test_rows; row++)
        answer[row] = fate == WRONG ? 0 : fate == DIVERGES ? NAN : right[row];
    const double mean = 148.5;
    const struct ib_scores scores = {.task = d->task,
                                     .probability = d->task == IB_CLASSIFICATION,
                                     .rows = d->test_rows,
                                     .outputs = 1,
                                     .actual = d->y_test,
                                     .predicted = answer,
                                     .train_loss = fate == DIVERGES ? NAN : 0.3421,
                                     .train_mean = &mean,
                                     .train_positive = 0.5};
    for (size_t i = 0; ib_metrics[i]; i++)
        metrics[i] = fate == DIVERGES ? NAN : ib_metrics[i]->compute(&scores);
    struct ib_checked_pass checked = {
        .status = IB_CASE_OK,
        .reason = "",
        .path = c->impl->info->path,
        .phases = {3000000, 1200000, 45000000, 20000, 35000},
        .verification = {.verdict = IB_RIGHT,
                         .loss_error = 1.2e-12,
                         .params_error = 3.4e-13,
                         .prediction_error = NAN},
        .reference = "oracle",
        .convergence = fate == DIVERGES ? IB_DIVERGED : IB_IMPROVING,
        .metrics = metrics,
        .test_rows = d->test_rows,
        .outputs = 1,
        .actual = d->y_test,
        .predicted = answer,
        .transfer_log = &m->transfer_log,
        .as_expected = true,
        .stderr_tail = "warning: " SAMPLE_NASTY "\n\xbf second line\n",
    };
    if (fate == WRONG)
        checked.verification = (struct ib_verification){
            .verdict = IB_WRONG,
            .loss_error = 0.3,
            .params_error = 0.12,
            .prediction_error = 1,
            .first_divergent_epoch = 1,
            .reason = "predictions are all zero; loss off from epoch 1: looks like a skipped bias"};
    if (strcmp(c->impl->info->name, "opencl_tiled") == 0)
        checked.tracer = make_counters(m, &checked.tracer_agrees);
    make_curve(m, c, fate, &checked.curve);
    assert_int_equal(ib_store_put_checked(m->store, c, &checked), IB_OK);
}

static void put_rounds(struct maker *m, const struct ib_case *c, const struct sample_impl *impl,
                       uint64_t rounds)
{
    for (uint64_t round = 1; round <= rounds; round++) {
        struct ib_timed_pass timed = {.status = IB_CASE_OK,
                                      .reason = "",
                                      .round = round,
                                      .repeats = 4,
                                      .epoch_ns = sample_epoch_ns(impl->speed, round),
                                      .phases = {2000000 + round, 1000000, 12345600, 10000, 30000},
                                      .transfer_log = &m->transfer_log,
                                      .as_expected = true,
                                      .stderr_tail = ""};
        if (impl->fate == LATE_TIMEOUT && round == 3)
            timed = (struct ib_timed_pass){.status = IB_CASE_TIMEOUT,
                                           .reason = "no answer within 60 s",
                                           .round = round,
                                           .stderr_tail = "waiting"};
        assert_int_equal(ib_store_put_timed(m->store, c, &timed), IB_OK);
    }
}

/* Of `speed` milliseconds and 40 more, of which the process does not see two; the third run is the median. */
static void put_whole(struct maker *m, const struct ib_case *c, double speed)
{
    static const double late_ms[SAMPLE_WHOLE_RUNS] = {1, 7, 2, 0, 30};
    for (uint64_t run = 1; run <= SAMPLE_WHOLE_RUNS; run++) {
        const struct ib_process_pass whole = {.status = IB_CASE_OK,
                                              .timed = true,
                                              .run = run,
                                              .source = "hyperfine 1.15.0",
                                              .wall_ns = 1e6 * (speed + 40 + late_ms[run - 1]),
                                              .user_ns = 1e6 * speed,
                                              .system_ns = 3e6,
                                              .parts_ns = {8000000, 0, 16000000, (uint64_t)(1e6 * speed),
                                                           1000000, 3000000,
                                                           10000000 + (uint64_t)(1e6 * late_ms[run - 1])}};
        assert_int_equal(ib_store_put_process(m->store, c, &whole), IB_OK);
    }
}

static struct ib_network network_of(const struct sample_problem *p, enum ib_task task)
{
    return (struct ib_network){.n_layers = p->n_hidden + 1,
                               .width = {0, p->hidden[0], p->hidden[1]},
                               .act = p->n_hidden ? IB_RELU : 0,
                               .loss = task == IB_CLASSIFICATION ? IB_BCE
                                       : p->n_hidden             ? IB_MSE
                                                                 : IB_HALF_MSE};
}

static void put_case(struct maker *m, const struct sample_problem *p, const struct sample_impl *impl,
                     uint64_t rounds)
{
    const struct ib_dataset *d = &m->data[p->data];
    const enum fate fate = p->fate != RIGHT && impl->fate == RIGHT ? p->fate : impl->fate;
    struct ib_configured_impl choice = {&impl->info, impl->settings, impl->n_settings, impl->label};
    struct ib_case c = {.model = ib_model_find(p->model),
                        .dataset = d,
                        .impl = &choice,
                        .residency = impl->residency,
                        .spec = {.net = network_of(p, d->task), .dtype = p->dtype, .lr = p->lr},
                        .init = p->n_hidden ? IB_XAVIER : IB_ZEROS,
                        .epochs = SAMPLE_EPOCHS,
                        .seed = 42};
    ib_case_use_dataset(&c);
    c.id = ib_arena_print(&m->arena, "%s-%d-%s-%s-%s-%td%td", p->model, p->data, impl->info.name,
                          ib_word_of(ib_residency_words, (int)c.residency),
                          ib_word_of(ib_dtype_words, (int)c.spec.dtype), p - problems, impl - impls);
    assert_int_equal(ib_store_add_cases(m->store, &c, 1), IB_OK);
    if (fate == UNAVAILABLE)
        assert_int_equal(ib_store_put_status(m->store, &c, IB_CASE_UNAVAILABLE, "libcuda.so.1 is not there"),
                         IB_OK);
    if (fate == CRASHED)
        assert_int_equal(ib_store_put_status(m->store, &c, IB_CASE_CRASHED, "signal 11: " SAMPLE_NASTY),
                         IB_OK);
    if (fate == UNAVAILABLE || fate == CRASHED || fate == NOT_RUN)
        return;
    make_transfer_log(impl, &m->transfer_log);
    put_checked(m, &c, fate, m->predicted[p->data]);
    put_rounds(m, &c, impl, rounds);
    if (p == problems && fate == RIGHT)
        put_whole(m, &c, impl->speed);
    const struct ib_process_pass missing = {
        .status = IB_CASE_OK, .run = 1, .reason = "hyperfine is not installed"};
    if (p == problems + 1)
        assert_int_equal(ib_store_put_process(m->store, &c, &missing), IB_OK);
}

static void open_run(struct maker *m, const char *dir)
{
    struct ib_config config = {
        .name = "sample <&> \"run\"", .text = "version: 1\n", .sha256 = "0123456789abcdef"};
    static const struct ib_machine machine = {.cpu = "Imaginary <CPU> 3000",
                                              .usable_cores = 8,
                                              .memory_bytes = (uint64_t)16 << 30,
                                              .os = "Debian",
                                              .kernel = "6.1",
                                              .compiler = "gcc 12.2.0",
                                              .flags = "-O3",
                                              .turbo = IB_UNKNOWN,
                                              .virtualised = IB_UNKNOWN,
                                              .fingerprint = "0011223344556677"};
    memset(m, 0, sizeof *m);
    assert_int_equal(ib_store_create(dir, &config, &machine, &m->store), IB_OK);
    for (int i = 0; i < 4; i++)
        make_data(m, i);
}

/* What the store holds is its own. */
static struct ib_store *close_run(struct maker *m)
{
    ib_arena_free(&m->arena);
    return m->store;
}

static void finish(struct ib_store *store)
{
    assert_int_equal(ib_store_finish(store), IB_OK);
    ib_store_close(store);
}

struct ib_store *sample_run_open(const char *dir)
{
    struct maker m;
    open_run(&m, dir);
    for (int p = 0; p < PROBLEM_COUNT; p++)
        for (int i = 0; i < IMPL_COUNT; i++)
            if (problems[p].fate == RIGHT || i == 0)
                put_case(&m, &problems[p], &impls[i], SAMPLE_ROUNDS);
    return close_run(&m);
}

void sample_run_create(const char *dir)
{
    finish(sample_run_open(dir));
}

void sample_run_create_single(const char *dir)
{
    struct maker m;
    open_run(&m, dir);
    put_case(&m, &problems[0], &impls[0], 2);
    finish(close_run(&m));
}
