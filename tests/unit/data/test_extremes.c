/* Numbers at the edges of their type, and the hash of contents. */
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void numbers_beyond_f64_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *train, *test, *words[4];
    } cases[] = {
        {"1,1e200\n2,2e200\n3,5\n", "1,1\n", {"target `y` reaches 2e+200", "f64", "1e+100"}},
        {"1,1\n2,2\n3,5\n", "1,-1e151\n", {"target `y` reaches -1e+151"}},
        {"1,1e-200\n2,2e-200\n3,0\n", "1,0\n", {"standard deviation of", "e-201", "1e-100"}},
        {"1,5e-324\n2,0\n3,0\n", "1,0\n", {"standard deviation"}},
        {"1e-200,1\n2e-200,2\n0,5\n", "1,0\n", {"column 1 lies", "standard deviations", "test row"}},
        {"1,0.3\n2,0.30000000000000004\n3,0.3\n", "1,0\n", {"target `y` varies by rounding only"}},
        {"1e308,1\n-1e308,2\n0,4\n", "1.7e308,0\n", {NULL}},
        {"1,1e90\n2,2e90\n3,5\n", "1,0\n", {NULL}},
        {"1,1e-90\n2,2e-90\n3,0\n", "1,0\n", {NULL}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset set;
        struct ib_dataset_spec spec = {.name = "d",
                                       .path = scratch_file("t.csv", cases[i].train),
                                       .test = scratch_file("test.csv", cases[i].test)};
        enum ib_status status = ib_dataset_load(&spec, &set);
        if (cases[i].words[0])
            expect_failure(status, IB_EINVAL, "t.csv", cases[i].words);
        else
            assert_int_equal(status, IB_OK);
        if (status == IB_OK)
            ib_dataset_free(&set);
    }
}

static void f32_holds_less(void **state)
{
    (void)state;
    struct ib_dataset set = loaded_text("t.csv", "1,1e31\n2,2e31\n3,5\n");
    assert_null(set.no_f32);
    assert_non_null(strstr(set.no_f32_target, "target `y` reaches 2e+31"));
    ib_dataset_free(&set);
    struct ib_dataset_spec spec = {.name = "d",
                                   .path = scratch_file("t.csv", "a,b,y\n1,1e-31,1\n2,0,2\n"),
                                   .test = scratch_file("test.csv", "a,b,y\n1,1,1\n")};
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    assert_non_null(strstr(set.no_f32, "column `b` lies 2e+31 standard deviations"));
    assert_null(set.no_f32_target);
    ib_dataset_free(&set);
    set = loaded_text("t.csv", "1,10\n2,20\n3,5\n");
    assert_null(set.no_f32);
    assert_null(set.no_f32_target);
    ib_dataset_free(&set);
}

/* The same hash is the same data: every part counts. */
static void hash_follows_the_contents(void **state)
{
    (void)state;
    const char *const texts[] = {"1,0\n2,1\n3,1\n", "1,1\n2,0\n3,1\n",       "1,0\n2,1\n4,1\n",
                                 "1,0\n3,1\n2,1\n", "1,0,0\n2,1,1\n3,1,1\n", "1,0\n2,1\n3,1\n3,1\n"};
    enum { N = sizeof texts / sizeof *texts };
    char hashes[N + 1][IB_HASH_HEX];
    for (size_t i = 0; i < N; i++) {
        struct ib_dataset set = loaded_text("t.csv", texts[i]);
        memcpy(hashes[i], set.sha256, sizeof set.sha256);
        ib_dataset_free(&set);
    }
    struct ib_dataset set;
    struct ib_dataset_spec spec = whole(scratch_file("t.csv", texts[0]));
    spec.task = IB_REGRESSION;
    assert_int_equal(ib_dataset_load(&spec, &set), IB_OK);
    memcpy(hashes[N], set.sha256, sizeof set.sha256);
    ib_dataset_free(&set);
    for (size_t i = 0; i <= N; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(hashes[i], hashes[j]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_beyond_f64_are_refused),
        cmocka_unit_test(f32_holds_less),
        cmocka_unit_test(hash_follows_the_contents),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
