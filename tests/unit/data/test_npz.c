/* data/npz.c, data/zip.c: archives as NumPy writes them (tests/fuzz/corpus), and damaged ones. */
#include "base/file.h"
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CORPUS IB_SOURCE_DIR "/tests/fuzz/corpus/"

/* x: f4 in Fortran order; y: big-endian i8. */
static const double features[] = {1, 2, 4, 5, 7, 8, 9, 1.5}, targets[] = {0, 1, 1, 0};

static void both_compressions_are_read(void **state)
{
    (void)state;
    const char *const paths[] = {CORPUS "stored.npz", CORPUS "deflated.npz"};
    for (size_t i = 0; i < 2; i++) {
        const struct ib_dataset_spec spec = whole(paths[i]);
        struct ib_dataset set = loaded(&spec);
        assert_int_equal(set.rows, 4);
        assert_int_equal(set.cols, 2);
        assert_int_equal(set.task, IB_CLASSIFICATION);
        expect_values(set.x, features, 8);
        expect_values(set.y, targets, 4);
        ib_dataset_free(&set);
    }
}

/* Reads an archive into memory, so that it can be changed. */
static char *archive(struct ib_arena *arena, const char *name, size_t *bytes)
{
    char *text;
    assert_int_equal(ib_file_read(arena, name, 1 << 20, &text, bytes), IB_OK);
    return text;
}

/* Replaces a name of one character in both headers of each entry. */
static void rename_entry(char *bytes, size_t n, const char *from, char to)
{
    for (size_t i = 0; i + 5 <= n; i++)
        if (memcmp(bytes + i, from, 5) == 0)
            bytes[i] = to;
}

static void arrays_are_named_by_the_description(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_dataset set;
    size_t n;
    char *bytes = archive(&arena, CORPUS "deflated.npz", &n);
    rename_entry(bytes, n, "x.npy", 'a');
    rename_entry(bytes, n, "y.npy", 'b');
    struct ib_dataset_spec spec = whole(scratch_bytes("t.npz", bytes, n));
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.npz",
                   WORDS("array `x` not found; it has: a or b; `x` names another one"));
    spec.x = "a";
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.npz",
                   WORDS("array `y` not found", "`y` names"));
    spec.y = "b";
    set = loaded(&spec);
    expect_values(set.x, features, 8);
    ib_dataset_free(&set);
    spec.y = "a";
    set = loaded(&spec); /* two columns are two targets */
    assert_int_equal(set.outputs, 2);
    ib_dataset_free(&set);
    spec.target = WORDS("1");
    spec.where = "c.yaml:3";
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "c.yaml:3",
                   WORDS("`target` does not apply to NPZ data; allowed: x, y or missing"));
    ib_arena_free(&arena);
}

/* Every archive that is cut is refused: its directory stands at its end. */
static void cut_archives_are_refused(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_dataset set;
    size_t n;
    const char *bytes = archive(&arena, CORPUS "stored.npz", &n);
    const struct ib_dataset_spec spec = whole("t.npz");
    for (size_t i = 0; i < n; i++) {
        scratch_bytes("t.npz", bytes, i);
        expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.npz", WORDS("not a readable ZIP archive"));
    }
    ib_arena_free(&arena);
}

static size_t find(const char *bytes, size_t n, const char *signature)
{
    size_t i = 0;
    while (i + 4 <= n && memcmp(bytes + i, signature, 4) != 0)
        i++;
    assert_true(i + 4 <= n);
    return i;
}

/* A change of `at` bytes after a signature; the first entry is x. */
static void damaged_archives_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *signature;
        size_t at, bytes;
        unsigned char value;
        const char *where, *word;
    } cases[] = {
        {"PK\5\6", 10, 1, 3, "t.npz", "directory"}, /* entries */
        {"PK\5\6", 10, 2, 0xfe, "t.npz", "too small for its entries"},
        {"PK\5\6", 10, 2, 0xff, "t.npz", "ZIP64 record is missing"},
        {"PK\5\6", 12, 4, 0xfe, "t.npz", "directory is too large"}, /* bytes of the directory */
        {"PK\5\6", 16, 4, 0x7f, "t.npz", "beyond its end"},         /* its place */
        {"PK\5\6", 20, 1, 9, "t.npz", "end record is missing"},     /* bytes of the comment */
        {"PK\1\2", 0, 1, 'Q', "t.npz", "directory is damaged"},
        {"PK\1\2", 28, 2, 0xff, "t.npz", "directory is damaged"}, /* bytes of the name */
        {"PK\1\2", 8, 1, 1, "t.npz/x.npy", "encrypted"},
        {"PK\1\2", 10, 1, 12, "t.npz/x.npy", "method 12; allowed: stored (0) and deflated (8)"},
        {"PK\1\2", 10, 1, 8, "t.npz/x.npy", "bytes follow the end of the compressed data"}, /* it is stored */
        {"PK\1\2", 16, 1, 7, "t.npz/x.npy", "with CRC"},
        {"PK\1\2", 20, 4, 0x7f, "t.npz", "beyond its end"},         /* compressed bytes */
        {"PK\1\2", 24, 3, 0x7f, "t.npz/x.npy", "expected 8355711"}, /* bytes */
        {"PK\1\2", 42, 4, 0x7f, "t.npz", "beyond its end"},         /* place of the header */
        {"PK\3\4", 0, 1, 'Q', "t.npz", "entry's header is damaged"},
        {"PK\3\4", 26, 2, 0xff, "t.npz", "beyond its end"},
    };
    struct ib_arena arena = {0};
    struct ib_dataset set;
    const struct ib_dataset_spec spec = whole("t.npz");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n;
        char *bytes = archive(&arena, CORPUS "stored.npz", &n);
        memset(bytes + find(bytes, n, cases[i].signature) + cases[i].at, cases[i].value, cases[i].bytes);
        scratch_bytes("t.npz", bytes, n);
        expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, cases[i].where, WORDS(cases[i].word));
    }
    ib_arena_free(&arena);
}

/* Numbers that do not fit into 32 bits stand in an extra field. */
static void zip64_fields_are_read(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    size_t n;
    const char *bytes = archive(&arena, CORPUS "stored.npz", &n);
    const size_t entry = find(bytes, n, "PK\1\2"), name = entry + 46 + strlen("x.npy"), extra = 20;
    char *wide = ib_arena_alloc(&arena, n + extra);
    memcpy(wide, bytes, name);
    memcpy(wide + name, (const char[]){1, 0, 16, 0}, 4); /* the field, of 16 bytes */
    memcpy(wide + name + 4, bytes + entry + 24, 4);      /* its bytes */
    memcpy(wide + name + 12, bytes + entry + 20, 4);     /* its compressed bytes */
    memset(wide + entry + 20, 0xff, 8);
    wide[entry + 30] = (char)extra;
    memcpy(wide + name + extra, bytes + name, n - name);
    wide[find(wide, n + extra, "PK\5\6") + 12] += (char)extra;
    struct ib_dataset_spec spec = whole(scratch_bytes("t.npz", wide, n + extra));
    struct ib_dataset set = loaded(&spec);
    expect_values(set.x, features, 8);
    ib_dataset_free(&set);
    wide[name + 2] = 15; /* one byte too few */
    scratch_bytes("t.npz", wide, n + extra);
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "t.npz", WORDS("directory is damaged"));
    ib_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_compressions_are_read), cmocka_unit_test(arrays_are_named_by_the_description),
        cmocka_unit_test(cut_archives_are_refused),   cmocka_unit_test(damaged_archives_are_refused),
        cmocka_unit_test(zip64_fields_are_read),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
