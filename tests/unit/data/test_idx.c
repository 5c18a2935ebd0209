/* data/idx.c: MNIST's format, in every type, and damaged files. */
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define IMAGES           "\0\0\x08\3\0\0\0\3\0\0\0\1\0\0\0\2\1\2\4\5\xff\x08" /* 3 images of 1 x 2 */
#define LABELS           "\0\0\x08\1\0\0\0\3\3\6\7"
#define PUT(name, bytes) scratch_bytes(name, bytes, sizeof(bytes) - 1)

static struct ib_dataset_spec images(const char *path)
{
    struct ib_dataset_spec spec = whole(path);
    spec.y = PUT("labels-idx1-ubyte", LABELS);
    return spec;
}

static void images_and_labels_are_read(void **state)
{
    (void)state;
    const char *const names[] = {"train-images-idx3-ubyte", "train-images.idx3-ubyte", "images.idx"};
    for (size_t i = 0; i < 3; i++) {
        const struct ib_dataset_spec spec = images(PUT(names[i], IMAGES));
        struct ib_dataset set = loaded(&spec);
        assert_int_equal(set.rows, 3);
        assert_int_equal(set.cols, 2);
        expect_values(set.x, (const double[]){1, 2, 4, 5, 255, 8}, 6);
        expect_values(set.y, (const double[]){3, 6, 7}, 3);
        ib_dataset_free(&set);
    }
}

/* The values are 1, -2 and 3, as far as the type has them. */
static void every_type_is_read(void **state)
{
    (void)state;
    const struct {
        const char *bytes;
        size_t n;
        double second;
    } cases[] = {
        {"\0\0\x08\1\0\0\0\3\1\xfe\3", 11, 254},
        {"\0\0\x09\1\0\0\0\3\1\xfe\3", 11, -2},
        {"\0\0\x0b\1\0\0\0\3\0\1\xff\xfe\0\3", 14, -2},
        {"\0\0\x0c\1\0\0\0\3\0\0\0\1\xff\xff\xff\xfe\0\0\0\3", 20, -2},
        {"\0\0\x0d\1\0\0\0\3\x3f\x80\0\0\xc0\0\0\0\x40\x40\0\0", 20, -2},
        {"\0\0\x0e\1\0\0\0\3\x3f\xf0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0\x40\x08\0\0\0\0\0\0", 32, -2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct ib_dataset_spec spec = images(scratch_bytes("x.idx", cases[i].bytes, cases[i].n));
        struct ib_dataset set = loaded(&spec);
        expect_values(set.x, (const double[]){1, cases[i].second, 3}, 3);
        ib_dataset_free(&set);
    }
}

static void bad_idx_is_refused(void **state)
{
    (void)state;
    const struct {
        const char *bytes;
        size_t n;
        const char *word;
    } cases[] = {
        {"", 0, "two zero bytes"},
        {"\0\0\x08", 3, "two zero bytes"},
        {"\0\1\x08\1\0\0\0\1\1", 9, "two zero bytes"},
        {"\0\0\x0a\1\0\0\0\1\1", 9, "code of a type (8, 9 or 11 to 14)"},
        {"\0\0\x08\0\0\0\0\1\1", 9, "0 dimensions; allowed: 1 to 8"},
        {"\0\0\x08\x09\0\0\0\1\1", 9, "9 dimensions"},
        {"\0\0\x08\3\0\0\0\3\0\0\0\1\0\0\0", 15, "header is cut"},
        {"\0\0\x08\2\0\0\0\3\0\0\0\2\1\2\3\4\5", 17, "too short"},
        {"\0\0\x08\2\0\0\0\3\0\0\0\2\1\2\3\4\5\6\7", 19, "longer"},
        {"\0\0\x08\1\0\0\0\0", 8, "a dimension is 0"},
        {"\0\0\x08\2\0\0\0\3\0\0\0\0", 12, "a dimension is 0"},
        {"\0\0\x08\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 17, "dimensions are too large"},
        {"\0\0\x0e\2\xff\xff\xff\xff\xff\xff\xff\xff\1", 13, "too short"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_dataset set;
        const struct ib_dataset_spec spec = images(scratch_bytes("x.idx", cases[i].bytes, cases[i].n));
        expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "x.idx", WORDS(cases[i].word));
    }
}

static void labels_must_fit(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = images(PUT("x.idx", IMAGES));
    spec.where = "c.yaml:3";
    PUT("labels-idx1-ubyte", "\0\0\x08\1\0\0\0\2\3\6");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "labels-idx1-ubyte",
                   WORDS("2 x 1", "expected 3 rows"));
    PUT("labels-idx1-ubyte", "\0\0\x08\1\0\0\0\3\3\6");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "labels-idx1-ubyte", WORDS("too short"));
    spec.y = "none.idx";
    expect_failure(ib_dataset_load(&spec, &set), IB_EIO, "none.idx", WORDS("No such file"));
    spec.test = "x.idx";
    spec.test_fraction = 0;
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "c.yaml:3", WORDS("`y`", "`test`"));
    spec.y = NULL;
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "c.yaml:3", WORDS("second file", "`y: FILE`"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_and_labels_are_read),
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(bad_idx_is_refused),
        cmocka_unit_test(labels_must_fit),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
