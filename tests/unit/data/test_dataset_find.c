/* How a data set is found by name and path, and what is said where none is. */
#include "fixtures/loaded.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void unreadable_files_are_refused(void **state)
{
    (void)state;
    struct ib_dataset set;
    struct ib_dataset_spec spec = whole("nowhere.csv");
    expect_failure(ib_dataset_load(&spec, &set), IB_EIO, "nowhere.csv", WORDS("cannot open", "No such file"));
    assert_int_equal(mkdir("folder.csv", 0700), 0);
    spec = whole("folder.csv");
    expect_failure(ib_dataset_load(&spec, &set), IB_EIO, "folder.csv", WORDS("not a regular file"));
    spec = whole("data.xls");
    expect_failure(ib_dataset_load(&spec, &set), IB_EINVAL, "data.xls",
                   WORDS(".csv, .tsv, .json, .npy", ".svm, and may then end with .gz"));
}

static void data_is_found_by_name(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_dataset_spec found;
    const struct ib_dataset_spec specs[] = {{.name = "mine", .path = "m.csv", .seed = 5},
                                            {.name = "xor", .path = "o.csv"}};
    scratch_file("local.csv", "1,2\n3,4\n");
    scratch_file("local.yaml", "target: 1\ntask: regression\nseed: 9\nheader: false\ntest: other.csv\n");
    assert_int_equal(ib_dataset_find(&arena, "mine", specs, 2, ".", &found), IB_OK);
    assert_string_equal(found.path, "m.csv");
    assert_int_equal(found.seed, 5);
    assert_int_equal(ib_dataset_find(&arena, "xor", specs, 2, ".", &found), IB_OK);
    assert_string_equal(found.path, "o.csv"); /* the configuration's comes before the shipped one */
    assert_int_equal(ib_dataset_find(&arena, "local", specs, 2, ".", &found), IB_OK);
    assert_string_equal(found.path, "./local.csv");
    assert_string_equal(found.target[0], "1");
    assert_string_equal(found.test, "./other.csv");
    assert_int_equal(found.header, IB_HEADER_NO);
    assert_int_equal(found.seed, 9);
    assert_int_equal(ib_dataset_find(&arena, "xor", NULL, 0, NULL, &found), IB_OK);
    assert_string_equal(found.path, IB_SOURCE_DIR "/configs/datasets/xor.csv");
    assert_true(found.test_fraction == 1);
    assert_non_null(found.source);
    assert_non_null(found.licence);
    ib_arena_free(&arena);
}

static void extensions_may_be_capitals(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_dataset_spec found;
    scratch_file("capital.CSV", "1,2\n3,4\n");
    scratch_file("capital.yaml", "target: 1\n");
    assert_int_equal(ib_dataset_find(&arena, "capital", NULL, 0, ".", &found), IB_OK);
    assert_string_equal(found.path, "./capital.CSV");
    assert_string_equal(found.target[0], "1");
    scratch_file("capital.csv", "1,2\n3,4\n");
    assert_int_equal(ib_dataset_find(&arena, "capital", NULL, 0, ".", &found), IB_OK);
    assert_string_equal(found.path, "./capital.CSV"); /* the first by name */
    assert_ptr_equal(ib_dataset_format_of("a.Npy"), ib_dataset_format_of("a.npy"));
    assert_null(ib_dataset_format_of(".csv"));
    ib_arena_free(&arena);
}

static void data_is_found_by_path(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_dataset_spec found;
    assert_int_equal(ib_dataset_find(&arena, "some/where/d.csv", NULL, 0, NULL, &found), IB_OK);
    assert_string_equal(found.path, "some/where/d.csv");
    assert_string_equal(found.name, "d");
    assert_int_equal(ib_dataset_find(&arena, "d.json", NULL, 0, "configs", &found), IB_OK);
    assert_string_equal(found.path, "configs/d.json");
    assert_int_equal(ib_dataset_find(&arena, "/d.json", NULL, 0, "configs", &found), IB_OK);
    assert_string_equal(found.path, "/d.json");
    ib_arena_free(&arena);
}

static void unknown_names_are_refused(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    struct ib_dataset_spec found;
    const struct ib_dataset_spec specs[] = {{.name = "housing", .path = "h.csv"}};
    const struct {
        const char *name, *near;
    } cases[] = {{"diabtes", "`diabetes`"}, {"housng", "`housing`"}, {"cancer", "unknown data set `cancer`"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_failure(ib_dataset_find(&arena, cases[i].name, specs, 1, NULL, &found), IB_EINVAL, "",
                       WORDS("unknown data set", cases[i].near));
    /* A file of another format is a path all the same. */
    struct ib_dataset set;
    scratch_file("table.xlsx", "x");
    assert_int_equal(ib_dataset_find(&arena, "table.xlsx", NULL, 0, NULL, &found), IB_OK);
    expect_failure(ib_dataset_load(&found, &set), IB_EINVAL, "table.xlsx", WORDS("must end with .csv, .tsv"));
    scratch_file("odd.csv", "1,2\n3,4\n");
    scratch_file("odd.yaml", "target: 1\ntaks: regression\n");
    expect_failure(ib_dataset_find(&arena, "odd.csv", NULL, 0, NULL, &found), IB_EINVAL, "./odd.yaml:2",
                   WORDS("`taks`", "`task`"));
    scratch_file("odd.yaml", "task: regresion\n");
    expect_failure(ib_dataset_find(&arena, "odd.csv", NULL, 0, NULL, &found), IB_EINVAL, "./odd.yaml:1",
                   WORDS("`task`", "`regresion`", "regression or classification"));
    /* A configuration that happens to have the same name is not about the data. */
    scratch_file("odd.yaml", "version: 1\nmatrix: {}\n");
    assert_int_equal(ib_dataset_find(&arena, "odd.csv", NULL, 0, NULL, &found), IB_OK);
    ib_arena_free(&arena);
}

static void known_names_are_listed(void **state)
{
    (void)state;
    struct ib_arena arena = {0};
    scratch_file("zebra.csv", "");
    scratch_file("zebra.json", "");
    scratch_file("notes.txt", "");
    const char *const *names = ib_dataset_names(&arena, ".");
    int zebras = 0, shipped = 0;
    for (size_t i = 0; names[i]; i++) {
        assert_true(i == 0 || strcmp(names[i - 1], names[i]) < 0);
        zebras += strcmp(names[i], "zebra") == 0;
        shipped +=
            !strcmp(names[i], "diabetes") || !strcmp(names[i], "breast_cancer") || !strcmp(names[i], "xor");
        assert_string_not_equal(names[i], "notes");
    }
    assert_int_equal(zebras, 1);
    assert_int_equal(shipped, 3);
    ib_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extensions_may_be_capitals), cmocka_unit_test(unreadable_files_are_refused),
        cmocka_unit_test(data_is_found_by_name),      cmocka_unit_test(data_is_found_by_path),
        cmocka_unit_test(unknown_names_are_refused),  cmocka_unit_test(known_names_are_listed),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
