/* Joined operations of cuda_cublas on the mocks: what they save, that trainings get the same bits as without,
 * and the epilogues of cuBLASLt. */
#include "opened.h"

#include "fixtures/trained.h"

#include <dlfcn.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 60, EPOCHS = 5, MOST_STATE = 512 };

static const struct ib_network networks[] = {
    {.n_layers = 1, .width = {6, 1}, .loss = IB_MSE},
    {.n_layers = 1, .width = {6, 1}, .loss = IB_BCE},
    {.n_layers = 3, .width = {6, 7, 5, 1}, .act = IB_RELU, .loss = IB_HALF_MSE},
    {.n_layers = 3, .width = {6, 7, 5, 2}, .act = IB_TANH, .loss = IB_MSE},
    {.n_layers = 2, .width = {6, 9, 3}, .act = IB_SIGMOID, .loss = IB_CE},
};
enum { N_NETWORKS = sizeof networks / sizeof *networks };

static const struct ib_setting with_epilogues = {.name = "epilogues", .value = "true"};

static const struct ib_impl *cublas(void)
{
    const struct ib_impl *impl = NULL;
    assert_int_equal(ib_impl_load("cuda_cublas", IB_BUILD_DIR "/impls/cuda_cublas.so", &impl), IB_OK);
    return impl;
}

/* How a training is made, and what became of it. */
struct way {
    const struct ib_network *net;
    enum ib_optimizer optimizer;
    double weight_decay;
    enum ib_dtype type;
    bool joined, epilogues;
    uint64_t enqueued; /* in an epoch */
    double state[MOST_STATE];
    uint64_t n_state;
};

static uint64_t enqueued(void)
{
    uint64_t (*count)(void);
    void *runtime = dlopen(IB_CUDART, RTLD_NOW);
    *(void **)&count = dlsym(runtime, "mock_enqueued");
    assert_non_null(count);
    return count();
}

static void train(struct way *way)
{
    struct test_problem problem;
    struct test_training t;
    set_faults(NULL);
    test_problem_random(&problem, way->net, IB_XAVIER, ROWS, 3, 1);
    problem.oracle.spec.optimizer = way->optimizer;
    problem.oracle.spec.weight_decay = way->weight_decay;
    test_training_open_set(&t, cublas(), &with_epilogues, way->epilogues, IB_RESIDENT, &problem, way->type);
    if (!way->joined)
        memset(t.dispatch.joins, 0, sizeof t.dispatch.joins);
    const uint64_t before = enqueued();
    test_training_run(&t, EPOCHS, NULL, NULL);
    way->enqueued = (enqueued() - before) / EPOCHS;
    assert_int_equal((enqueued() - before) % EPOCHS, 0);
    way->n_state = ib_state_total(&t.data.spec);
    assert_true(way->n_state <= MOST_STATE);
    test_training_state(&t, way->state);
    test_training_close(&t);
    test_problem_free(&problem);
}

/* Kernels and products of an epoch. */
static void an_epoch_takes_fewer_launches(void **state)
{
    static const struct {
        size_t network;
        enum ib_optimizer optimizer;
        double weight_decay;
        uint64_t apart, joined, with_epilogues;
    } cases[] = {
        {0, IB_SGD, 0, 7, 6, 5},       {1, IB_SGD, 0.1, 9, 7, 6},  {2, IB_SGD, 0, 25, 16, 13},
        {2, IB_SGD, 0.1, 31, 17, 14},  {3, IB_SGD, 0, 25, 16, 15}, {2, IB_MOMENTUM, 0, 25, 21, 18},
        {2, IB_ADAM, 0.1, 32, 23, 20},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct way way = {.net = &networks[cases[i].network],
                          .optimizer = cases[i].optimizer,
                          .weight_decay = cases[i].weight_decay,
                          .type = IB_F32};
        train(&way);
        assert_int_equal(way.enqueued, cases[i].apart);
        way.joined = true;
        train(&way);
        assert_int_equal(way.enqueued, cases[i].joined);
        way.epilogues = true;
        train(&way);
        assert_int_equal(way.enqueued, cases[i].with_epilogues);
    }
}

/* They add the same numbers in the same order. cuBLASLt adds its own way; the mock of it adds the same way.
 */
static void trainings_get_the_same_bits(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_NETWORKS * 2; i++) {
        struct way apart = {.net = &networks[i / 2],
                            .optimizer = (enum ib_optimizer)(IB_SGD + i % 3),
                            .weight_decay = i % 4 ? 0.01 : 0,
                            .type = i % 2 ? IB_F64 : IB_F32};
        struct way joined = apart;
        joined.joined = true;
        struct way epilogues = joined;
        epilogues.epilogues = true;
        train(&apart);
        train(&joined);
        train(&epilogues);
        assert_memory_equal(apart.state, joined.state, apart.n_state * sizeof *apart.state);
        assert_memory_equal(apart.state, epilogues.state, apart.n_state * sizeof *apart.state);
    }
}

/* ---- epilogues that are not used ---- */

/* Opens with epilogues, on a mock that is worse; its description must contain these words. */
static void open_with_epilogues(const char *faults, const char *products, const char *words,
                                struct ib_instance *out)
{
    char text[512];
    const struct ib_setting settings[] = {with_epilogues, {.name = "products", .value = products}};
    set_faults(faults);
    assert_int_equal(ib_instance_open(cublas(), settings, products ? 2 : 1, out), IB_OK);
    assert_int_equal(out->impl->describe(out->state, text, sizeof text), IB_OK);
    if (strstr(text, words) == NULL)
        fail_msg("`%s` does not say `%s`", text, words);
}

/* act(x w + bias) of a layer with so many inputs, all of these values; and what it enqueues. */
static void check_layer(const struct ib_instance *instance, enum ib_act act, uint64_t inputs, float x_value,
                        float expected, uint64_t launches)
{
    struct ib_view x = new_matrix(instance, 3, inputs, x_value), w = new_matrix(instance, inputs, 4, 1),
                   bias = new_matrix(instance, 1, 4, -1), out = new_matrix(instance, 3, 4, 5);
    const uint64_t before = enqueued();
    float values[12];
    assert_int_equal(instance->impl->ops->layer(instance->state, act, &x, &w, &bias, &out), IB_OK);
    assert_int_equal(enqueued() - before, launches);
    assert_int_equal(instance->impl->mem->d2h(instance->state, values, out.p, sizeof values), IB_OK);
    for (int i = 0; i < 12; i++)
        assert_true(isnan(expected) ? isnan(values[i]) : values[i] == expected);
    drop_matrix(instance, &x);
    drop_matrix(instance, &w);
    drop_matrix(instance, &bias);
    drop_matrix(instance, &out);
}

static void what_has_no_epilogue_is_a_product_and_a_kernel(void **state)
{
    static const struct {
        const char *faults, *products, *words;
        uint64_t linear, relu, tanh, long_sum; /* launches of a layer */
    } cases[] = {
        {NULL, NULL, ", epilogues of cuBLASLt", 1, 1, 2, 1},
        {NULL, "tf32", ", epilogues of cuBLASLt", 1, 1, 2, 1},
        {NULL, "bf16", ", no epilogues: factors of products are in bf16", 4, 4, 4, 4},
        {"no_lt", NULL, ", no epilogues: cublasLtCreate: CUBLAS_STATUS_NOT_INITIALIZED", 2, 2, 2, 2},
        {"lt_terms=1", NULL, ", no epilogues: a product with an epilogue fails", 2, 2, 2, 2},
        {"lt_terms=20", NULL, ", epilogues of cuBLASLt", 1, 1, 2, 2},
        {"lt_drops_nan", NULL, ": its ReLU drops NaN, so only the bias is an epilogue", 1, 2, 2, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_instance instance;
        open_with_epilogues(cases[i].faults, cases[i].products, cases[i].words, &instance);
        check_layer(&instance, 0, 2, -2, -5, cases[i].linear);
        check_layer(&instance, IB_RELU, 2, -2, 0, cases[i].relu);
        check_layer(&instance, IB_RELU, 2, 2, 3, cases[i].relu);
        check_layer(&instance, IB_RELU, 2, NAN, NAN, cases[i].relu);
        check_layer(&instance, IB_TANH, 2, 0.5f, 0, cases[i].tanh);
        check_layer(&instance, 0, 20, 2, 39, cases[i].long_sum);
        ib_instance_close(&instance);
    }
}

/* More shapes than plans are kept: each is right all the same, also when it comes again. */
static void plans_are_made_anew(void **state)
{
    struct ib_instance instance;
    (void)state;
    open_with_epilogues(NULL, NULL, "epilogues", &instance);
    for (int round = 0; round < 2; round++)
        for (uint64_t inputs = 1; inputs <= 50; inputs++)
            check_layer(&instance, IB_RELU, inputs, 2, (float)(2 * inputs) - 1, 1);
    ib_instance_close(&instance);
}

/* What products keep is that of the option, in the product with an epilogue too. */
static void epilogues_keep_the_precision_of_products(void **state)
{
    struct ib_instance instance;
    (void)state;
    open_with_epilogues(NULL, "tf32", "epilogues", &instance);
    check_layer(&instance, 0, 1, 1 + 0x1p-12f, 0, 1);
    ib_instance_close(&instance);
    open_with_epilogues(NULL, NULL, "epilogues", &instance);
    check_layer(&instance, 0, 1, 1 + 0x1p-12f, 0x1p-12f, 1);
    ib_instance_close(&instance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MOCK_TEST(an_epoch_takes_fewer_launches),
        MOCK_TEST(trainings_get_the_same_bits),
        MOCK_TEST(what_has_no_epilogue_is_a_product_and_a_kernel),
        MOCK_TEST(plans_are_made_anew),
        MOCK_TEST(epilogues_keep_the_precision_of_products),
    };
    if (!mock_is_there())
        return EXIT_SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
