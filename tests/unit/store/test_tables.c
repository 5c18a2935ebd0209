/* Each table of a run returns the rows that were put into it, in the order of the record. */
#include "base/truth.h"
#include "fixtures/scratch.h"
#include "store/run_record.h"
#include "store/schema.h"
#include "store/tables.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_BYTES = 1024 };

static struct ib_arena arena;
static sqlite3 *db;

static int start(void **state)
{
    (void)state;
    assert_int_equal(ib_db_open(":memory:", SQLITE_OPEN_READWRITE, &db), IB_OK);
    return sqlite3_exec(db, ib_schema_sql, NULL, NULL, NULL) != SQLITE_OK;
}

static int stop(void **state)
{
    (void)state;
    sqlite3_close(db);
    ib_arena_free(&arena);
    return 0;
}

/* The number that a query with these parameters returns. */
static int64_t ask(const char *sql, const char *table, const char *column)
{
    sqlite3_stmt *query;
    bool row;
    assert_int_equal(ib_db_prepare(db, sql, &query), IB_OK);
    assert_int_equal(ib_db_bind(query, IB_DB_VALUES(ib_db_text(table), ib_db_text(column))), IB_OK);
    assert_int_equal(ib_db_next(query, &row), IB_OK);
    assert_true(row);
    int64_t value = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    return value;
}

static bool may_be_null(const struct ib_db_table *table, const struct ib_column *column)
{
    return ask("SELECT NOT \"notnull\" AND NOT pk FROM pragma_table_info(?) WHERE name = ?", table->name,
               column->name);
}

static const double numbers[] = {1.5, 1.0 / 3, 2e-9};

/* A value of its type that differs from those of the columns around it. */
static void set_known(const struct ib_column *column, size_t at, void *field)
{
    const enum ib_truth truth = at % 2 ? IB_YES : IB_NO;
    switch (column->type) {
    case IB_COLUMN_TEXT:
        /* of passes only "timed" is loaded */
        *(const char **)field = strcmp(column->name, "pass") == 0
                                    ? "timed"
                                    : ib_arena_print(&arena, "%s %zu \303\251", column->name, at);
        break;
    case IB_COLUMN_REAL:
        *(double *)field = (double)at + 1.0 / 3;
        break;
    case IB_COLUMN_INTEGER:
    case IB_COLUMN_MEASURED:
        *(uint64_t *)field = ((uint64_t)1 << 40) + at;
        break;
    case IB_COLUMN_COUNT:
        *(int64_t *)field = ((int64_t)1 << 41) + (int64_t)at;
        break;
    case IB_COLUMN_TRUTH:
        *(enum ib_truth *)field = truth;
        break;
    case IB_COLUMN_WORD:
        *(int *)field = column->words[1].value;
        break;
    case IB_COLUMN_BOOL:
    case IB_COLUMN_SETTINGS:
        fail_msg("only the table of the cases has these"); /* test_store_record covers it */
        break;
    case IB_COLUMN_NUMBERS:
        *(const double **)field = numbers;
        *(size_t *)(void *)((char *)field + sizeof(const double *)) = sizeof numbers / sizeof *numbers;
        break;
    }
}

/* Sets the value that stands for NULL. */
static void set_unknown(const struct ib_column *column, void *field)
{
    if (column->type == IB_COLUMN_REAL)
        *(double *)field = NAN;
    else if (column->type == IB_COLUMN_COUNT)
        *(int64_t *)field = IB_NO_COUNT;
    else if (column->type == IB_COLUMN_TRUTH)
        *(enum ib_truth *)field = IB_UNKNOWN;
    /* all others are 0, which the row is already */
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same_numbers(const void *left, const void *right)
{
    const double *a = *(const double *const *)left, *b = *(const double *const *)right;
    const size_t n = *(const size_t *)(const void *)((const char *)left + sizeof a),
                 m = *(const size_t *)(const void *)((const char *)right + sizeof b);
    bool same = n == m && !a == !b;
    for (size_t i = 0; same && i < n; i++)
        same = same_number(a[i], b[i]);
    return same;
}

static bool same_value(const struct ib_column *column, const void *left, const void *right)
{
    const char *a, *b;
    switch (column->type) {
    case IB_COLUMN_TEXT:
        a = *(const char *const *)left;
        b = *(const char *const *)right;
        return a && b ? strcmp(a, b) == 0 : a == b;
    case IB_COLUMN_REAL:
        return same_number(*(const double *)left, *(const double *)right);
    case IB_COLUMN_INTEGER:
    case IB_COLUMN_MEASURED:
    case IB_COLUMN_COUNT:
        return *(const uint64_t *)left == *(const uint64_t *)right;
    case IB_COLUMN_TRUTH:
    case IB_COLUMN_WORD:
        return *(const int *)left == *(const int *)right;
    case IB_COLUMN_BOOL:
    case IB_COLUMN_SETTINGS:
        return false;
    case IB_COLUMN_NUMBERS:
        return same_numbers(left, right);
    }
    return false;
}

static void put(const struct ib_db_table *table, uint64_t case_number, const void *row)
{
    sqlite3_stmt *insert;
    assert_int_equal(ib_db_prepare(db, ib_insert_sql(&arena, table), &insert), IB_OK);
    if (ib_row_put(insert, table, case_number, row) != IB_OK)
        fail_msg("%s: %s", table->name, ib_error_text());
    sqlite3_finalize(insert);
}

/* Reads all rows, one after the other, and returns their number. The numbers of their cases go to
 * case_numbers. */
static size_t get(const struct ib_db_table *table, char *rows, int64_t *case_numbers)
{
    sqlite3_stmt *select;
    bool row = true;
    size_t n = 0;
    assert_int_equal(ib_db_prepare(db, ib_select_sql(&arena, table, 0), &select), IB_OK);
    for (;; n++) {
        assert_int_equal(ib_db_next(select, &row), IB_OK);
        if (!row)
            break;
        case_numbers[n] = sqlite3_column_int64(select, 0);
        ib_row_get(select, table, &arena, rows + n * table->row_bytes);
    }
    sqlite3_finalize(select);
    return n;
}

static void assert_same(const struct ib_db_table *table, const char *is, const char *expected)
{
    for (const struct ib_column *column = table->columns; column->name; column++)
        if (!same_value(column, is + column->offset, expected + column->offset))
            fail_msg("%s of %s came back as another value", column->name, table->name);
}

static void a_row_comes_back(const struct ib_db_table *table)
{
    _Alignas(8) char known[MOST_BYTES] = {0}, sparse[MOST_BYTES] = {0}, back[2 * MOST_BYTES] = {0};
    int64_t case_numbers[2];
    assert_true(table->row_bytes <= MOST_BYTES);
    for (size_t i = 0; table->columns[i].name; i++) {
        const struct ib_column *column = &table->columns[i];
        set_known(column, i, known + column->offset);
        if (may_be_null(table, column))
            set_unknown(column, sparse + column->offset);
        else
            set_known(column, i, sparse + column->offset);
    }
    put(table, 2, sparse);
    put(table, 1, known);
    assert_int_equal(get(table, back, case_numbers), 2);
    assert_int_equal(case_numbers[0], 1);
    assert_int_equal(case_numbers[1], 2);
    assert_same(table, back, known);
    assert_same(table, back + table->row_bytes, sparse);
}

static void every_table_gives_its_rows_back(void **state)
{
    (void)state;
    for (int t = 0; t < IB_TABLE_COUNT; t++)
        a_row_comes_back(&ib_db_tables[t]);
}

static void what_is_unknown_is_null(void **state)
{
    (void)state;
    every_table_gives_its_rows_back(NULL);
    for (int t = 0; t < IB_TABLE_COUNT; t++)
        for (const struct ib_column *column = ib_db_tables[t].columns; column->name; column++) {
            const char *sql = ib_arena_print(&arena, "SELECT sum(%s IS NULL) FROM %s WHERE ?1 || ?2 <> ''",
                                             column->name, ib_db_tables[t].name);
            /* Only an unknown word is 0 in the struct. */
            if (ask(sql, "a", "b") != may_be_null(&ib_db_tables[t], column))
                fail_msg("%s of %s", column->name, ib_db_tables[t].name);
        }
}

static void no_column_is_forgotten(void **state)
{
    (void)state;
    for (int t = 0; t < IB_TABLE_COUNT; t++) {
        int64_t n = 1; /* case_number */
        for (const struct ib_column *column = ib_db_tables[t].columns; column->name; column++)
            n++;
        if (ask("SELECT count(*) FROM pragma_table_info(?) WHERE ?2 = ''", ib_db_tables[t].name, "") != n)
            fail_msg("%s has other columns", ib_db_tables[t].name);
    }
}

static void texts_without_letters_are_unknown(void **state)
{
    (void)state;
    const struct ib_stop_time_record row = {.round = 1, .target = 1, .train_ns = 1, .loss = 1, .reason = ""};
    struct ib_stop_time_record back;
    int64_t number;
    put(&ib_db_tables[IB_TABLE_STOP_TIMES], 1, &row);
    assert_int_equal(get(&ib_db_tables[IB_TABLE_STOP_TIMES], (char *)&back, &number), 1);
    assert_null(back.reason);
}

static void no_numbers_are_not_unknown_ones(void **state)
{
    (void)state;
    const struct ib_round_record row = {
        .round = 1, .status = IB_CASE_OK, .slices = numbers, .as_expected = IB_UNKNOWN};
    struct ib_round_record back;
    int64_t number;
    put(&ib_db_tables[IB_TABLE_ROUNDS], 1, &row);
    assert_int_equal(get(&ib_db_tables[IB_TABLE_ROUNDS], (char *)&back, &number), 1);
    assert_non_null(back.slices);
    assert_int_equal(back.n_slices, 0);
}

static void rows_of_a_case_have_an_order(void **state)
{
    (void)state;
    static const struct ib_kernel_record kernels[] = {{"b", 1}, {"a", 1}, {"c", 9}};
    static const struct ib_copy_record copies[] = {
        {"timed", "predict", "gemm", "x", {1, 900, 0, 0}}, {"timed", "train", "gemm", "w", {1, 10, 0, 0}},
        {"timed", "train", "axpy", "w", {0, 0, 1, 10}},    {"checked", "train", "axpy", "x", {9, 99, 0, 0}},
        {"timed", "train", "axpy", "x", {2, 11, 0, 0}},    {"timed", "setup", "place", "x", {1, 1, 0, 0}}};
    struct ib_kernel_record kernels_back[3];
    struct ib_copy_record copies_back[6];
    int64_t case_numbers[6];
    for (size_t i = 0; i < 3; i++)
        put(&ib_db_tables[IB_TABLE_KERNELS], 1, &kernels[i]);
    for (size_t i = 0; i < 6; i++)
        put(&ib_db_tables[IB_TABLE_COPIES], 1, &copies[i]);
    assert_int_equal(get(&ib_db_tables[IB_TABLE_KERNELS], (char *)kernels_back, case_numbers), 3);
    assert_string_equal(kernels_back[0].name, "c");
    assert_string_equal(kernels_back[1].name, "a");
    assert_int_equal(get(&ib_db_tables[IB_TABLE_COPIES], (char *)copies_back, case_numbers), 5);
    static const int order[] = {5, 4, 2, 1, 0};
    for (int i = 0; i < 5; i++)
        assert_same(&ib_db_tables[IB_TABLE_COPIES], (const char *)&copies_back[i],
                    (const char *)&copies[order[i]]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(every_table_gives_its_rows_back), TEST(what_is_unknown_is_null),
        TEST(no_column_is_forgotten),          TEST(texts_without_letters_are_unknown),
        TEST(no_numbers_are_not_unknown_ones), TEST(rows_of_a_case_have_an_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
