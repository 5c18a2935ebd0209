/* data/csv_header.c: first rows that hold names, data, or both. */
#include "data/csv_header.h"

#include "data/csv_number.h"
#include "fixtures/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 8 };

/* The fields of a line, of which the row is made. */
static enum ib_status find(const char *line, const struct ib_dataset_spec *spec, bool *has_header,
                           const char **guess, struct ib_arena *arena)
{
    struct ib_csv_field fields[MOST];
    struct ib_csv csv = {.path = "d.csv", .at = ib_arena_copy(arena, line), .line = 1, .delimiter = ','};
    struct ib_csv_row row = {"d.csv", fields, 0, '.'};
    csv.line_start = csv.at;
    do {
        assert_true(row.n < MOST);
        assert_int_equal(ib_csv_read_field(&csv, &fields[row.n]), IB_OK);
    } while (!fields[row.n++].is_last);
    return ib_csv_find_header(&row, spec, arena, has_header, guess);
}

static void names_and_data_are_told_apart(void **state)
{
    (void)state;
    const struct {
        const char *line;
        bool names;
        const char *word; /* of the guess */
    } cases[] = {
        {"a,b,c", true, "(header: true)"},
        {",a,b", true, "(header: true)"}, /* as pandas writes an index */
        {"a,,b,", true, "(header: true)"},
        {"\"1 a\",b", true, "(header: true)"},
        {"1,2.5,-3e4", false, "taken as data (header: false)"},
        {"\"1\",\"2\"", false, "2 may be names"},
        {"2020,2021,2022", false, "though 2020, 2021, 2022 may be names (header: false)"},
        {"0,1,2,3,4", false, "though 0, 1, 2, … may be names (header: false)"},
        {"1,2,3", false, "may be names"},
        {"2020,2021,5", false, "taken as data (header: false)"},
        {"3,4,5", false, "taken as data (header: false)"},
        {"nan,inf", false, "taken as data"}, /* refused as data, where they are */
        {",", false, "taken as data"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_arena arena = {0};
        const char *guess;
        bool names;
        const struct ib_dataset_spec spec = {0};
        assert_int_equal(find(cases[i].line, &spec, &names, &guess, &arena), IB_OK);
        if (names != cases[i].names || !strstr(guess, cases[i].word))
            fail_msg("%s: %d, %s", cases[i].line, names, guess);
        ib_arena_free(&arena);
    }
}

/* One bad value must not turn data into names, nor one number names into data. */
static void rows_of_both_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *line, *where, *word;
    } cases[] = {
        {"?,1,0", "d.csv:1:1", "`?` is not a number: a value is missing"},
        {"1,NA,0", "d.csv:1:3", "`NA` is not a number: a value is missing"},
        {"\"1,234\",1,0", "d.csv:1:1", "thousands"},
        {"\"1,5\",1,0", "d.csv:1:1", "decimal comma"},
        {"1.5 kg,1,0", "d.csv:1:1", "`1.5 kg` is not a number"},
        {"\u22121,1,0", "d.csv:1:1", "U+2212"},
        {"2020,2021,target", "d.csv:1:11", "`target`"},
        {",2020,2021", "d.csv:1:1", "column 1 is empty"},
        {"a,b,3", "d.csv:1:1", "`a`"},
        {"0x10,1", "d.csv:1:1", "`0x10`"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_arena arena = {0};
        const char *guess;
        bool names;
        struct ib_dataset_spec spec = {0};
        expect_failure(find(cases[i].line, &spec, &names, &guess, &arena), IB_EINVAL, cases[i].where,
                       WORDS(cases[i].word, "`header: true`", "--header true"));
        for (spec.header = IB_HEADER_YES; spec.header <= IB_HEADER_NO; spec.header++) {
            assert_int_equal(find(cases[i].line, &spec, &names, &guess, &arena), IB_OK);
            assert_int_equal(names, spec.header == IB_HEADER_YES);
            assert_null(guess);
        }
        ib_arena_free(&arena);
    }
}

static void target_and_classes_tell(void **state)
{
    (void)state;
    const struct {
        const char *line, *target, *positive;
        bool names, guessed;
    } cases[] = {
        {"2020,2021,price", "price", NULL, true, false}, /* a target's name */
        {"1,2,yes", NULL, "yes", false, true},           /* a word for a class, in the target's column */
        {"1,no,2", "2", "yes", false, true},
        {"1,no,2", "-2", "yes", false, true},
        {"a,b,yes", NULL, "yes", true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ib_arena arena = {0};
        const char *guess;
        bool names;
        const struct ib_dataset_spec spec = {.target = cases[i].target ? WORDS(cases[i].target) : NULL,
                                             .positive = cases[i].positive};
        assert_int_equal(find(cases[i].line, &spec, &names, &guess, &arena), IB_OK);
        assert_int_equal(names, cases[i].names);
        assert_int_equal(guess != NULL, cases[i].guessed);
        ib_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_data_are_told_apart),
        cmocka_unit_test(rows_of_both_are_refused),
        cmocka_unit_test(target_and_classes_tell),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
