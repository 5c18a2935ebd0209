/* How epochs are divided into batches, and in which order rows come. */
#include "core/batches.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ib_training_spec spec_of(uint64_t rows, uint64_t batch)
{
    return (struct ib_training_spec){.rows = rows, .batch = batch};
}

static void every_row_is_in_one_batch(void **state)
{
    (void)state;
    for (uint64_t rows = 1; rows < 70; rows++)
        for (uint64_t batch = 1; batch <= rows; batch++) {
            const struct ib_training_spec spec = spec_of(rows, batch);
            uint64_t next = 0;
            for (uint64_t step = 0; step < ib_steps_per_epoch(&spec); step++) {
                assert_int_equal(ib_batch_first(&spec, step), next);
                assert_in_range(ib_batch_rows(&spec, step), 1, batch);
                next += ib_batch_rows(&spec, step);
                assert_true(ib_batch_rows(&spec, step) == batch ||
                            next == rows); /* only the last is smaller */
            }
            assert_int_equal(next, rows);
        }
}

static void a_full_batch_is_one_step(void **state)
{
    (void)state;
    const struct ib_training_spec full = spec_of(23, 0), whole = spec_of(23, 23);
    assert_int_equal(ib_steps_per_epoch(&full), 1);
    assert_int_equal(ib_steps_per_epoch(&whole), 1);
    assert_int_equal(ib_batch_rows(&full, 0), 23);
    assert_int_equal(ib_order_count(&full), 0);
    assert_int_equal(ib_epoch_of_step(&full, 7), 7);
    assert_int_equal(ib_rows_of_step(&full, 7), 23);
}

static void steps_are_numbered_through_the_training(void **state)
{
    (void)state;
    const struct ib_training_spec spec = spec_of(23, 10); /* 10, 10 and 3 rows */
    const uint64_t epochs[] = {1, 1, 1, 2, 2, 2, 3}, rows[] = {10, 10, 3, 10, 10, 3, 10};
    for (uint64_t i = 0; i < 7; i++) {
        assert_int_equal(ib_epoch_of_step(&spec, i + 1), epochs[i]);
        assert_int_equal(ib_rows_of_step(&spec, i + 1), rows[i]);
    }
}

static uint32_t *draw(const struct ib_training_spec *spec, uint64_t seed)
{
    uint32_t *order = malloc(ib_order_count(spec) * spec->rows * sizeof *order);
    assert_non_null(order);
    ib_order_draw(spec, seed, order);
    return order;
}

static void orders_are_permutations_that_differ(void **state)
{
    (void)state;
    const struct ib_training_spec spec = spec_of(101, 8);
    const uint64_t n = ib_order_count(&spec);
    uint32_t *order = draw(&spec, 42);
    for (uint64_t e = 0; e < n; e++) {
        bool seen[101] = {false};
        for (uint64_t i = 0; i < spec.rows; i++) {
            assert_in_range(order[e * spec.rows + i], 0, 100);
            assert_false(seen[order[e * spec.rows + i]]);
            seen[order[e * spec.rows + i]] = true;
        }
        for (uint64_t other = 0; other < e; other++)
            assert_memory_not_equal(order + e * spec.rows, order + other * spec.rows,
                                    spec.rows * sizeof *order);
    }
    free(order);
}

static void an_order_follows_from_seed_and_rows_alone(void **state)
{
    (void)state;
    const struct ib_training_spec spec = spec_of(50, 8), other = spec_of(50, 25);
    const size_t bytes = ib_order_count(&spec) * 50 * sizeof(uint32_t);
    uint32_t *a = draw(&spec, 7), *b = draw(&other, 7), *c = draw(&spec, 8);
    assert_int_equal(ib_order_count(&spec), ib_order_count(&other));
    assert_memory_equal(a, b, bytes);
    assert_memory_not_equal(a, c, 50 * sizeof *a);
    free(a);
    free(b);
    free(c);
}

static void orders_are_of_limited_size(void **state)
{
    (void)state;
    for (uint64_t rows = 1; rows < 1000000000; rows *= 10) {
        const struct ib_training_spec spec = spec_of(rows, 1);
        const uint64_t n = ib_order_count(&spec);
        assert_in_range(n, 4, 256);
        assert_true(n == 4 || n * rows <= 1 << 20);
        assert_int_equal(ib_order_at(&spec, n), 0); /* they come again */
        assert_int_equal(ib_order_at(&spec, n + 1), rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_in_one_batch),
        cmocka_unit_test(a_full_batch_is_one_step),
        cmocka_unit_test(steps_are_numbered_through_the_training),
        cmocka_unit_test(orders_are_permutations_that_differ),
        cmocka_unit_test(an_order_follows_from_seed_and_rows_alone),
        cmocka_unit_test(orders_are_of_limited_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
