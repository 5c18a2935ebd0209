/* core/mirror.c: gradient descent of a mirrored problem ends at the mirrored parameters, bit by bit. */
#include "core/mirror.h"

#include "base/rng.h"
#include "oracle/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 7, FEATURES = 3, MOST = 64, EPOCHS = 40 };

struct problem {
    double x[ROWS * FEATURES], y[ROWS * 2], start[MOST];
};

static void draw_problem(const struct ib_network *net, struct problem *p)
{
    struct ib_rng rng;
    ib_rng_seed(&rng, 3);
    for (int i = 0; i < ROWS * FEATURES; i++)
        p->x[i] = ib_rng_normal(&rng);
    for (int i = 0; i < ROWS * 2; i++)
        p->y[i] = net->loss == IB_BCE ? (double)ib_rng_below(&rng, 2) : ib_rng_normal(&rng);
    for (int i = 0; i < MOST; i++)
        p->start[i] = ib_rng_normal(&rng);
}

static void train(const struct ib_network *net, const struct problem *p, double *out)
{
    struct ib_trajectory t = {0};
    struct ib_npy x = {p->x, ROWS, FEATURES, IB_F64, NULL, 0};
    struct ib_npy y = {p->y, ROWS, ib_network_outputs(net), IB_F64, NULL, 0};
    struct ib_oracle_problem problem = {.spec = {.net = *net, .dtype = IB_F64, .lr = 0.1, .rows = ROWS},
                                        .arithmetic = {.type = IB_F64},
                                        .params = p->start,
                                        .epochs = EPOCHS};
    ib_oracle_use_rows(&problem, &x, &y);
    assert_int_equal(ib_oracle_train(&problem, &t), IB_OK);
    memcpy(out, t.params, t.size * sizeof *out);
    ib_trajectory_free(&t);
}

static void mirror_problem(const struct ib_mirror *m, struct problem *p)
{
    ib_mirror_features(m, IB_F64, ROWS, p->x);
    ib_mirror_outputs(m, IB_F64, ROWS, p->y);
    ib_mirror_params(m, p->start);
}

static void check(const struct ib_network *net)
{
    struct problem original, mirrored;
    double expected[MOST], got[MOST];
    struct ib_mirror m;
    draw_problem(net, &original);
    train(net, &original, expected);
    assert_int_equal(ib_mirror_open(net, &m), IB_OK);
    for (uint64_t seed = 1; seed < 6; seed++) {
        mirrored = original;
        ib_mirror_draw(&m, seed, true);
        mirror_problem(&m, &mirrored);
        train(net, &mirrored, got);
        ib_mirror_params(&m, got);
        for (uint64_t i = 0; i < ib_network_size(net); i++)
            assert_true(got[i] == expected[i]);
        mirror_problem(&m, &mirrored); /* and back */
        assert_memory_equal(mirrored.x, original.x, sizeof original.x);
        assert_memory_equal(mirrored.y, original.y, sizeof original.y);
    }
    ib_mirror_close(&m);
}

static void answers_are_mirrored_bit_by_bit(void **state)
{
    (void)state;
    for (int loss = IB_HALF_MSE; loss <= IB_CE; loss++) {
        check(&(struct ib_network){.n_layers = 1, .width = {FEATURES, 2}, .loss = (enum ib_loss)loss});
        check(&(struct ib_network){
            .n_layers = 2, .width = {FEATURES, 4, 2}, .act = IB_TANH, .loss = (enum ib_loss)loss});
        check(&(struct ib_network){
            .n_layers = 3, .width = {FEATURES, 4, 3, 2}, .act = IB_RELU, .loss = (enum ib_loss)loss});
    }
}

static void signs_are_drawn_by_the_seed(void **state)
{
    (void)state;
    const struct ib_network net = {.n_layers = 1, .width = {40, 24}, .loss = IB_MSE};
    struct ib_mirror m;
    double first[40];
    assert_int_equal(ib_mirror_open(&net, &m), IB_OK);
    for (int i = 0; i < 40; i++)
        assert_true(m.feature[i] == 1);
    ib_mirror_draw(&m, 9, true);
    memcpy(first, m.feature, sizeof first);
    ib_mirror_draw(&m, 10, true);
    assert_memory_not_equal(m.feature, first, sizeof first);
    ib_mirror_draw(&m, 9, true);
    assert_memory_equal(m.feature, first, sizeof first);
    ib_mirror_draw(&m, 9, false);
    int changed = 0;
    for (int i = 0; i < 40; i++)
        assert_true(m.feature[i] == 1);
    for (int i = 0; i < 24; i++)
        changed += m.output[i] == -1;
    assert_true(changed > 0 && changed < 24);
    ib_mirror_close(&m);
}

static void probabilities_keep_their_outputs(void **state)
{
    (void)state;
    const struct ib_network net = {.n_layers = 1, .width = {2, 30}, .loss = IB_BCE};
    struct ib_mirror m;
    assert_int_equal(ib_mirror_open(&net, &m), IB_OK);
    ib_mirror_draw(&m, 5, true);
    for (int i = 0; i < 30; i++)
        assert_true(m.output[i] == 1);
    ib_mirror_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_mirrored_bit_by_bit),
        cmocka_unit_test(signs_are_drawn_by_the_seed),
        cmocka_unit_test(probabilities_keep_their_outputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
