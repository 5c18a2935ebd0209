/* The oracle against NumPy: the trainings that tests/golden/golden.py has written. On the machine that wrote
 * them, all numbers agree to 1e-15 of the largest; exp and tanh may differ in their last bits elsewhere. */
#include "core/batches.h"
#include "core/model.h"
#include "oracle/oracle.h"

#include <glob.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define TOLERANCE 1e-12

static uint64_t count_of(const json_t *json, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(json, key));
}

static int word_of(const struct ib_word *table, const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    int value = 0;
    if (text)
        ib_word_value(table, text, &value);
    return value;
}

/* An array of numbers; to be freed. */
static double *numbers(const json_t *json, const char *key, uint64_t n)
{
    const json_t *array = json_object_get(json, key);
    double *v = calloc(n + 1, sizeof *v);
    assert_non_null(v);
    assert_int_equal(json_array_size(array), n);
    for (uint64_t i = 0; i < n; i++)
        v[i] = json_number_value(json_array_get(array, i));
    return v;
}

static void assert_equals(const char *what, const double *got, const json_t *golden, const char *key,
                          uint64_t n)
{
    double *expected = numbers(golden, key, n), norm = 0;
    for (uint64_t i = 0; i < n; i++)
        norm = fmax(norm, fabs(expected[i]));
    for (uint64_t i = 0; i < n; i++)
        if (!(fabs(got[i] - expected[i]) <= TOLERANCE * norm))
            fail_msg("%s: %s[%lu] is %.17g for %.17g", what, key, (unsigned long)i, got[i], expected[i]);
    free(expected);
}

static struct ib_network network_of(const json_t *golden)
{
    const json_t *hidden = json_object_get(golden, "hidden");
    struct ib_network net = {.n_layers = (uint32_t)json_array_size(hidden) + 1,
                             .act = (enum ib_act)word_of(ib_act_words, golden, "act"),
                             .loss = (enum ib_loss)word_of(ib_loss_words, golden, "loss")};
    net.width[0] = count_of(golden, "cols");
    for (uint32_t l = 1; l < net.n_layers; l++)
        net.width[l] = (uint64_t)json_integer_value(json_array_get(hidden, l - 1));
    net.width[net.n_layers] = count_of(golden, "outputs");
    return net;
}

/* The orders of all epochs, which the seed draws; to be freed. NULL without mini-batches. */
static uint32_t *check_order(const char *path, const json_t *golden, const struct ib_training_spec *spec)
{
    if (!spec->batch)
        return NULL;
    const json_t *expected = json_object_get(golden, "order");
    uint32_t *order = malloc(ib_order_count(spec) * spec->rows * sizeof *order);
    assert_non_null(order);
    ib_order_draw(spec, count_of(golden, "seed"), order);
    assert_int_equal(json_array_size(expected), count_of(golden, "epochs") * spec->rows);
    for (size_t i = 0; i < json_array_size(expected); i++)
        if (order[i] != json_integer_value(json_array_get(expected, i)))
            fail_msg("%s: place %zu has row %u", path, i, order[i]);
    return order;
}

static void check_start(const char *path, const struct ib_network *net, const json_t *golden)
{
    int init = word_of(ib_init_words, golden, "init");
    double *start = calloc(ib_network_size(net), sizeof *start);
    assert_non_null(start);
    ib_model_init(net, init ? (enum ib_init)init : IB_ZEROS, count_of(golden, "seed"), start);
    assert_equals(path, start, golden, "start", ib_network_size(net));
    free(start);
}

static void check_training(const char *path, const struct ib_network *net, const json_t *golden)
{
    const uint64_t rows = count_of(golden, "rows"), test_rows = count_of(golden, "test_rows");
    const uint64_t inputs = net->width[0], outputs = net->width[net->n_layers];
    double *x = numbers(golden, "x", rows * inputs), *y = numbers(golden, "y", rows * outputs);
    double *x_test = numbers(golden, "x_test", test_rows * inputs);
    double *start = numbers(golden, "start", ib_network_size(net));
    double *predicted = calloc(test_rows * outputs, sizeof *predicted);
    struct ib_oracle_problem problem = {
        .spec = {.net = *net,
                 .lr = json_number_value(json_object_get(golden, "lr")),
                 .rows = rows,
                 .optimizer = (enum ib_optimizer)word_of(ib_optimizer_words, golden, "optimizer"),
                 .weight_decay = json_number_value(json_object_get(golden, "weight_decay")),
                 .batch = count_of(golden, "batch")},
        .arithmetic = {.type = IB_F64},
        .x = x,
        .y = y,
        .params = start,
        .epochs = count_of(golden, "epochs")};
    uint32_t *order = check_order(path, golden, &problem.spec);
    struct ib_trajectory t;
    problem.order = order;
    assert_int_equal(ib_oracle_train(&problem, &t), IB_OK);
    assert_equals(path, t.curve.loss, golden, "curve", t.curve.n); /* short enough that each epoch is read */
    assert_equals(path, t.params, golden, "params", t.size);
    ib_oracle_predict(net, t.params, test_rows, x_test, predicted);
    assert_equals(path, predicted, golden, "predictions", test_rows * outputs);
    ib_trajectory_free(&t);
    free(order);
    free(predicted);
    free(start);
    free(x_test);
    free(y);
    free(x);
}

static void oracle_follows_the_golden_trainings(void **state)
{
    (void)state;
    glob_t files;
    assert_int_equal(glob(IB_SOURCE_DIR "/tests/golden/*.json", 0, NULL, &files), 0);
    assert_true(files.gl_pathc >= 19);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        json_t *golden = json_load_file(files.gl_pathv[i], 0, NULL);
        assert_non_null(golden);
        const struct ib_network net = network_of(golden);
        check_start(files.gl_pathv[i], &net, golden);
        check_training(files.gl_pathv[i], &net, golden);
        json_decref(golden);
    }
    globfree(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oracle_follows_the_golden_trainings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
