/* data/source.c, data/inflate.c: compressed files, damaged ones, and those that are made to fill memory. */
#include "data/source.h"

#include "base/file.h"
#include "data/inflate.h"
#include "data/spec.h"
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

static const char table[] = "a,b,y\n1,2,3\n4,5,6\n7,8,10\n";

/* Writes text, compressed, to a file, after what is there with mode "ab". */
static const char *put(const char *name, const char *mode, const char *text)
{
    gzFile file = gzopen(name, mode);
    assert_non_null(file);
    assert_int_equal(gzwrite(file, text, (unsigned)strlen(text)), (int)strlen(text));
    assert_int_equal(gzclose(file), Z_OK);
    return name;
}

static void expect_table(const char *path)
{
    const struct ib_dataset_spec spec = whole(path);
    struct ib_dataset set = loaded(&spec);
    expect_values(set.x, (const double[]){1, 2, 4, 5, 7, 8}, 6);
    expect_values(set.y, (const double[]){3, 6, 10}, 3);
    ib_dataset_free(&set);
}

static void compressed_text_is_read(void **state)
{
    (void)state;
    expect_table(put("t.csv.gz", "wb9", table));
    expect_table(put("T.CSV.GZ", "wb1", table));
    expect_table(put("t.tsv.gz", "wb", "a, or b\tb\ty\n1\t2\t3\n4\t5\t6\n7\t8\t10\n"));
    put("parts.csv.gz", "wb", "a,b,y\n1,2,3\n4,");
    expect_table(put("parts.csv.gz", "ab", "5,6\n7,8,10\n")); /* as by cat of two files */
    const struct ib_dataset_spec spec = {
        .name = "d",
        .path = put("d.json.gz", "wb",
                    "{\"m\": 2, \"n\": 1, \"m_test\": 1, \"x\": [1, 2], \"y\": [1, 4], "
                    "\"x_test\": [5], \"y_test\": [6]}")};
    struct ib_dataset set = loaded(&spec);
    expect_values(set.x, (const double[]){1, 2}, 2);
    ib_dataset_free(&set);
}

/* A name without .gz finds the file, and what lies next to it. */
static void compressed_data_are_found_by_name(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_dataset_spec found;
    put("packed.csv.gz", "wb", table);
    scratch_file("packed.yaml", "target: a\n");
    assert_int_equal(ib_dataset_find(&arena, "packed", NULL, 0, ".", &found), IB_OK);
    assert_string_equal(found.path, "./packed.csv.gz");
    assert_string_equal(found.target[0], "a");
    assert_int_equal(ib_dataset_find(&arena, "some/packed.csv.gz", NULL, 0, ".", &found), IB_OK);
    assert_string_equal(found.name, "packed");
    ib_arena_free(&arena);
}

/* Errors name the place in the decompressed text. */
static void errors_name_the_line(void **state)
{
    (void)state;
    struct ib_dataset set;
    const struct ib_dataset_spec spec = whole(put("t.csv.gz", "wb", "a,y\n1,2\n3,x\n"));
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.csv.gz:3:3", WORDS("`x` is not a number"));
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_dataset set;
    char *bytes;
    size_t n;
    put("t.csv.gz", "wb", table);
    assert_int_equal(ib_file_read(&arena, "t.csv.gz", 1 << 20, &bytes, &n), IB_OK);
    const struct ib_dataset_spec spec = whole("cut.csv.gz");
    for (size_t i = 0; i < n; i++) {
        scratch_bytes("cut.csv.gz", bytes, i);
        expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "cut.csv.gz",
                       i < 2 ? WORDS("not a gzip file") : WORDS("cut"));
    }
    bytes[n - 5] ^= 1; /* of the check sum */
    scratch_bytes("cut.csv.gz", bytes, n);
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "cut.csv.gz",
                   WORDS("damaged", "incorrect data check"));
    bytes[n - 5] ^= 1;
    char *longer = ib_arena_alloc(&arena, n + 4);
    memcpy(longer, bytes, n);
    scratch_bytes("cut.csv.gz", longer, n + 4);
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "cut.csv.gz", WORDS("damaged"));
    scratch_file("cut.csv.gz", table);
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "cut.csv.gz", WORDS("not a gzip file", ".gz"));
    ib_arena_free(&arena);
}

/* 100 MB of zeros in 100 KB: refused on the way, before it is in memory. */
static void bombs_are_refused(void **state)
{
    (void)state;
    enum { BLOCK = 1 << 20, BLOCKS = 100 };
    static char zeros[BLOCK];
    struct ib_dataset set;
    memset(zeros, '0', sizeof zeros);
    gzFile file = gzopen("bomb.csv.gz", "wb9");
    for (int i = 0; i < BLOCKS; i++)
        assert_int_equal(gzwrite(file, zeros, BLOCK), BLOCK);
    gzclose(file);
    const struct ib_dataset_spec spec = whole("bomb.csv.gz");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "bomb.csv.gz",
                   WORDS("decompresses to more than 67.1 MB", "decompressed beforehand"));
    assert_int_equal(ib_inflate_most(0), 1 << 26);
    assert_int_equal(ib_inflate_most(1 << 20), 200 << 20);
    assert_true(ib_inflate_most(UINT64_MAX) == ib_memory_present() / 2);
}

static void unreadable_sources_are_refused(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_source source;
    expect_failure(ib_source_open(&arena, "nowhere.csv.gz", &source), IB_EIO, "nowhere.csv.gz",
                   WORDS("No such file"));
    expect_failure(ib_source_open(&arena, ".", &source), IB_EIO, ".", WORDS("not a regular file"));
    assert_int_equal(source.fd, -1);
    assert_string_equal(ib_source_name(&arena, "a/b.csv.gz"), "a/b.csv");
    assert_string_equal(ib_source_name(&arena, ".gz"), ".gz");
    ib_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compressed_text_is_read), cmocka_unit_test(compressed_data_are_found_by_name),
        cmocka_unit_test(errors_name_the_line),    cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(bombs_are_refused),       cmocka_unit_test(unreadable_sources_are_refused),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
