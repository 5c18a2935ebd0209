/* The set-up that fused steps may offer for a data set: what it is told, when it is called, and that its
 * answer reaches the steps. */
#include "fixtures/trained.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 11, TEST_ROWS = 3 };

static struct {
    int prepared, released;
    struct ib_problem told, stepped;
} seen;

static enum ib_status prepare(void *state, const struct ib_problem *p, void **out)
{
    (void)state;
    seen.prepared++;
    seen.told = *p;
    *out = &seen;
    return IB_OK;
}

static void release(void *state, void *prepared)
{
    (void)state;
    assert_ptr_equal(prepared, &seen);
    seen.released++;
}

static enum ib_status steps(void *state, const struct ib_problem *p, uint64_t n)
{
    (void)state;
    (void)n;
    seen.stepped = *p;
    return IB_OK;
}

/* An implementation in `base`'s memory whose steps do nothing. */
static struct ib_impl stub(const struct ib_impl *base, const struct ib_fused *fused)
{
    struct ib_impl impl = *base;
    impl.fused = fused;
    return impl;
}

static void train_once(const struct ib_impl *base, const struct ib_fused *fused, enum ib_residency residency)
{
    const struct ib_network net = {.n_layers = 1, .loss = IB_HALF_MSE, .width = {4, 1}};
    const struct ib_impl impl = stub(base, fused);
    struct test_problem p;
    struct test_training t;
    memset(&seen, 0, sizeof seen);
    test_problem_random(&p, &net, IB_XAVIER, ROWS, TEST_ROWS, 7);
    p.oracle.spec.lr = 0.25;
    test_training_open(&t, &impl, residency, &p, IB_F64);
    assert_int_equal(ib_training_run(&t.training, 3, NULL), IB_OK);
    assert_int_equal(seen.released, 0);
    test_training_close(&t);
    test_problem_free(&p);
}

static const struct ib_fused offers = {
    .struct_size = sizeof offers, .steps = steps, .prepare = prepare, .release = release};

static void data_are_prepared_once(void **state)
{
    (void)state;
    train_once(&ib_impl_cpu_naive, &offers, IB_HOST);
    assert_int_equal(seen.prepared, 1);
    assert_int_equal(seen.released, 1);
    assert_ptr_equal(seen.stepped.prepared, &seen);
    assert_ptr_equal(seen.told.x.p, seen.stepped.x.p);
    assert_ptr_equal(seen.told.y.p, seen.stepped.y.p);
    assert_int_equal(seen.told.x.rows, ROWS);
}

/* With neither parameters nor a rate, nothing can be trained ahead. */
static void nothing_to_train_with_is_told(void **state)
{
    (void)state;
    train_once(&ib_impl_cpu_naive, &offers, IB_HOST);
    assert_null(seen.told.w[0].p);
    assert_null(seen.told.b[0].p);
    assert_true(seen.told.lr == 0);
    assert_int_equal(seen.told.w[0].rows, 4);
    assert_non_null(seen.stepped.w[0].p);
    assert_true(seen.stepped.lr == 0.25);
}

static void operands_that_are_copied_are_not_prepared(void **state)
{
    (void)state;
    train_once(&ib_impl_fakedev, &offers, IB_PER_OP);
    assert_int_equal(seen.prepared, 0);
    assert_null(seen.stepped.prepared);
    train_once(&ib_impl_fakedev, &offers, IB_RESIDENT);
    assert_int_equal(seen.prepared, 1);
    assert_int_equal(seen.released, 1);
}

/* The table of a plugin that was built before ends where `prepare` now is. */
static void an_older_table_has_none(void **state)
{
    const struct ib_fused older = {.struct_size = offsetof(struct ib_fused, prepare),
                                   .steps = steps,
                                   .prepare = prepare,
                                   .release = release};
    (void)state;
    train_once(&ib_impl_cpu_naive, &older, IB_HOST);
    assert_int_equal(seen.prepared, 0);
    assert_null(seen.stepped.prepared);
}

static void both_or_neither(void **state)
{
    const struct ib_fused half = {.struct_size = sizeof half, .steps = steps, .prepare = prepare};
    const struct ib_impl impl = stub(&ib_impl_cpu_naive, &half), *const all[] = {&impl};
    static struct ib_plugin_tables tables;
    (void)state;
    assert_int_equal(ib_plugin_tables_adopt("test", all, 1, &tables), IB_OK);
    assert_string_equal(tables.fault, "`fused` must set both or neither of prepare and release");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_are_prepared_once),
        cmocka_unit_test(nothing_to_train_with_is_told),
        cmocka_unit_test(operands_that_are_copied_are_not_prepared),
        cmocka_unit_test(an_older_table_has_none),
        cmocka_unit_test(both_or_neither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
