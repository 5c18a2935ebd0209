#include "problem.h"

#include "base/rng.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double *doubles(uint64_t n)
{
    double *v = calloc(n + 1, sizeof *v);
    if (!v)
        abort();
    return v;
}

static void bind(struct test_problem *p, const struct ib_network *net, uint64_t rows, uint64_t test_rows)
{
    p->oracle.spec =
        (struct ib_training_spec){.net = *net, .dtype = IB_F64, .rows = rows, .test_rows = test_rows};
    p->oracle.arithmetic.type = IB_F64;
    p->oracle.x = p->x;
    p->oracle.y = p->y;
    p->oracle.params = p->start;
}

void test_problem_random(struct test_problem *p, const struct ib_network *net, enum ib_init init,
                         uint64_t rows, uint64_t test_rows, uint64_t seed)
{
    const uint64_t inputs = net->width[0], outputs = net->width[net->n_layers];
    struct ib_rng rng;
    ib_rng_seed(&rng, seed + 1000);
    *p = (struct test_problem){.y_scale = 1};
    p->x = doubles(rows * inputs);
    p->y = doubles(rows * outputs);
    p->x_test = doubles(test_rows * inputs);
    p->start = doubles(ib_network_size(net));
    for (uint64_t i = 0; i < rows * inputs; i++)
        p->x[i] = ib_rng_normal(&rng);
    for (uint64_t i = 0; i < test_rows * inputs; i++)
        p->x_test[i] = ib_rng_normal(&rng);
    for (uint64_t i = 0; i < rows * outputs; i++) {
        const double *x = p->x + i / outputs * inputs;
        const double value = 0.7 + x[0] - 0.5 * x[inputs - 1] * x[0] + 0.3 * ib_rng_normal(&rng);
        p->y[i] = net->loss == IB_BCE ? value > 0.5 : value;
    }
    ib_model_init(net, init, seed, p->start);
    bind(p, net, rows, test_rows);
}

/* Standardises n columns of rows, and of test rows, by the training rows. */
static void standardise(double *v, uint64_t rows, double *test, uint64_t test_rows, uint64_t n, double *mean,
                        double *scale)
{
    for (uint64_t j = 0; j < n; j++) {
        double sum = 0, square = 0;
        for (uint64_t i = 0; i < rows; i++)
            sum += v[i * n + j];
        *mean = sum / (double)rows;
        for (uint64_t i = 0; i < rows; i++)
            square += (v[i * n + j] - *mean) * (v[i * n + j] - *mean);
        *scale = sqrt(square / (double)rows);
        for (uint64_t i = 0; i < rows; i++)
            v[i * n + j] = *scale > 0 ? (v[i * n + j] - *mean) / *scale : 0;
        for (uint64_t i = 0; i < test_rows; i++)
            test[i * n + j] = *scale > 0 ? (test[i * n + j] - *mean) / *scale : 0;
    }
}

static double *array_of(const json_t *json, const char *key, uint64_t n)
{
    double *v = doubles(n);
    for (uint64_t i = 0; i < n; i++)
        v[i] = json_number_value(json_array_get(json_object_get(json, key), i));
    return v;
}

bool test_problem_seed(struct test_problem *p, const char *file, const struct ib_network *net,
                       enum ib_init init, uint64_t seed)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/../shared/datasets/%s", IB_SOURCE_DIR, file);
    json_t *json = json_load_file(path, 0, NULL);
    if (!json) {
        printf("skipped: %s is not at hand\n", path);
        return false;
    }
    const uint64_t rows = (uint64_t)json_integer_value(json_object_get(json, "m"));
    const uint64_t cols = (uint64_t)json_integer_value(json_object_get(json, "n"));
    struct ib_network sized = *net;
    sized.width[0] = cols;
    sized.width[net->n_layers] = 1;

    const uint64_t test_rows = (uint64_t)json_integer_value(json_object_get(json, "m_test"));
    *p = (struct test_problem){.y_scale = 1};
    p->x = array_of(json, "x", rows * cols);
    p->y = array_of(json, "y", rows);
    p->x_test = array_of(json, "x_test", test_rows * cols);
    p->y_test = array_of(json, "y_test", test_rows);
    json_decref(json);

    double mean, scale;
    standardise(p->x, rows, p->x_test, test_rows, cols, &mean, &scale);
    if (ib_model_scales_targets(net->loss))
        standardise(p->y, rows, NULL, 0, 1, &p->y_mean, &p->y_scale);
    p->start = doubles(ib_network_size(&sized));
    ib_model_init(&sized, init, seed, p->start);
    bind(p, &sized, rows, test_rows);
    return true;
}

void test_problem_free(struct test_problem *p)
{
    free(p->x);
    free(p->y);
    free(p->x_test);
    free(p->y_test);
    free(p->start);
}

static void shuffle(double *v, uint64_t rows, uint64_t width)
{
    double *copy = doubles(rows * width);
    memcpy(copy, v, rows * width * sizeof *v);
    const uint64_t odd = rows / 2;
    for (uint64_t i = 0; i < rows; i++)
        memcpy(v + i * width, copy + (i < odd ? 2 * i + 1 : 2 * (i - odd)) * width, width * sizeof *v);
    free(copy);
}

void test_problem_shuffle(struct test_problem *p)
{
    shuffle(p->x, p->oracle.spec.rows, p->oracle.spec.net.width[0]);
    shuffle(p->y, p->oracle.spec.rows, ib_network_outputs(&p->oracle.spec.net));
}
