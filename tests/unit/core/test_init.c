/* Models and the points they start from. */
#include "core/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void models_are_found_by_name(void **state)
{
    (void)state;
    assert_string_equal(ib_model_find("linreg")->name, "linreg");
    assert_string_equal(ib_model_find("logreg")->name, "logreg");
    assert_string_equal(ib_model_find("mlp")->name, "mlp");
    assert_null(ib_model_find("linre"));
    assert_null(ib_model_find(""));
}

static void models_know_their_tasks(void **state)
{
    (void)state;
    const unsigned regression = 1u << IB_REGRESSION, classification = 1u << IB_CLASSIFICATION;
    assert_int_equal(ib_model_find("linreg")->tasks, regression);
    assert_int_equal(ib_model_find("logreg")->tasks, classification);
    assert_int_equal(ib_model_find("mlp")->tasks, regression | classification);
    assert_int_equal(ib_model_find("linreg")->loss, IB_HALF_MSE);
    assert_int_equal(ib_model_find("logreg")->loss, IB_BCE);
    assert_int_equal(ib_model_find("softmax")->tasks, classification);
    assert_int_equal(ib_model_find("softmax")->loss, IB_CE);
}

static void parameters_are_named_by_layer(void **state)
{
    (void)state;
    char text[8];
    assert_string_equal(ib_model_param_name(ib_model_find("linreg"), 0, text), "w");
    assert_string_equal(ib_model_param_name(ib_model_find("logreg"), 1, text), "b");
    assert_string_equal(ib_model_param_name(ib_model_find("mlp"), 0, text), "w1");
    assert_string_equal(ib_model_param_name(ib_model_find("mlp"), 3, text), "b2");
    assert_string_equal(ib_model_param_name(ib_model_find("mlp"), 17, text), "b9");
}

/* Root mean square of n values. */
static double rms(const double *v, uint64_t n)
{
    double sum = 0;
    for (uint64_t i = 0; i < n; i++)
        sum += v[i] * v[i];
    return sqrt(sum / (double)n);
}

static const struct ib_network wide = {.n_layers = 2, .width = {200, 300, 2}, .act = IB_RELU, .loss = IB_MSE};

static double *start_of(const struct ib_network *net, enum ib_init init, uint64_t seed)
{
    double *params = malloc(ib_network_size(net) * sizeof *params);
    assert_non_null(params);
    ib_model_init(net, init, seed, params);
    return params;
}

static void weights_have_the_spread_of_their_rule(void **state)
{
    (void)state;
    const struct {
        enum ib_init init;
        double w1, b1, w2;
    } rules[] = {
        {IB_NORMAL, 1, 1, 1},
        {IB_XAVIER, sqrt(2.0 / 500), 0, sqrt(2.0 / 302)},
        {IB_HE, sqrt(2.0 / 200), 0, sqrt(2.0 / 300)},
        {IB_ZEROS, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        double *params = start_of(&wide, rules[i].init, 1);
        const double *w1 = params, *b1 = w1 + 200 * 300, *w2 = b1 + 300;
        assert_true(fabs(rms(w1, 200 * 300) - rules[i].w1) <= 0.02 * rules[i].w1);
        assert_true(fabs(rms(b1, 300) - rules[i].b1) <= 0.1 * rules[i].b1);
        assert_true(fabs(rms(w2, 600) - rules[i].w2) <= 0.1 * rules[i].w2);
        free(params);
    }
}

static void the_seed_decides(void **state)
{
    (void)state;
    double *a = start_of(&wide, IB_HE, 7), *b = start_of(&wide, IB_HE, 7), *c = start_of(&wide, IB_HE, 8);
    const size_t bytes = ib_network_size(&wide) * sizeof *a;
    assert_memory_equal(a, b, bytes);
    assert_true(memcmp(a, c, bytes) != 0);
    free(a);
    free(b);
    free(c);
}

/* he and xavier draw for weights alone: the order of drawing is that of the parameters. */
static void zero_biases_draw_nothing(void **state)
{
    (void)state;
    const struct ib_network net = {.n_layers = 2, .width = {2, 2, 1}, .act = IB_RELU, .loss = IB_MSE};
    const struct ib_network one = {.n_layers = 1, .width = {2, 3}, .act = IB_RELU, .loss = IB_MSE};
    double he[9], normal[9];
    ib_model_init(&net, IB_HE, 3, he);
    ib_model_init(&one, IB_NORMAL, 3, normal);
    for (int i = 0; i < 4; i++)
        assert_true(he[i] == normal[i]); /* sqrt(2/2) = 1 */
    assert_true(he[4] == 0 && he[5] == 0 && he[8] == 0);
    assert_true(he[6] == normal[4] && he[7] == normal[5]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_are_found_by_name),
        cmocka_unit_test(models_know_their_tasks),
        cmocka_unit_test(parameters_are_named_by_layer),
        cmocka_unit_test(weights_have_the_spread_of_their_rule),
        cmocka_unit_test(the_seed_decides),
        cmocka_unit_test(zero_biases_draw_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
