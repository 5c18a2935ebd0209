#include "store/columns.h"

#include "base/truth.h"
#include "store/run_record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the tables ---- */

#define COLUMN(type_, member, name_)                                                                         \
    {                                                                                                        \
        .name = name_, .type = IB_COLUMN_##type_, .offset = offsetof(ROW, member)                            \
    }
#define WORD(member, name_, words_)                                                                          \
    {                                                                                                        \
        .name = name_, .type = IB_COLUMN_WORD, .offset = offsetof(ROW, member), .words = words_              \
    }
#define PHASES                                                                                               \
    COLUMN(MEASURED, phases.load_ns, "load_ns"), COLUMN(MEASURED, phases.setup_ns, "setup_ns"),              \
        COLUMN(MEASURED, phases.train_ns, "train_ns"), COLUMN(MEASURED, phases.readback_ns, "readback_ns"),  \
        COLUMN(MEASURED, phases.predict_ns, "predict_ns")
#define TABLE(columns, table_, order_)                                                                       \
    {                                                                                                        \
        .table = table_, .order = order_, .row_bytes = sizeof(ROW), .list = columns                          \
    }

#define ROW struct ib_check_record
static const struct ib_column check_list[] = {
    WORD(status, "status", ib_case_status_words),
    COLUMN(TEXT, reason, "reason"),
    COLUMN(TEXT, path, "path"),
    PHASES,
    WORD(verdict, "verdict", ib_verdict_words),
    COLUMN(TEXT, verdict_reason, "verdict_reason"),
    COLUMN(TEXT, reference, "reference"),
    COLUMN(REAL, loss_error, "loss_error"),
    COLUMN(REAL, params_error, "params_error"),
    COLUMN(REAL, prediction_error, "prediction_error"),
    COLUMN(MEASURED, first_divergent_epoch, "first_divergent_epoch"),
    WORD(convergence, "convergence", ib_convergence_words),
    COLUMN(TRUTH, as_expected, "as_expected"),
    COLUMN(TEXT, stderr_tail, "stderr"),
    {NULL},
};
const struct ib_columns ib_check_columns = TABLE(check_list, "checks", NULL);
#undef ROW

#define ROW struct ib_round_record
static const struct ib_column round_list[] = {
    COLUMN(INTEGER, round, "round"),
    WORD(status, "status", ib_case_status_words),
    COLUMN(TEXT, reason, "reason"),
    COLUMN(MEASURED, repeats, "repeats"),
    COLUMN(REAL, epoch_ns, "epoch_ns"),
    COLUMN(REAL, cpu_epoch_ns, "cpu_epoch_ns"),
    PHASES,
    COLUMN(TRUTH, as_expected, "as_expected"),
    COLUMN(TRUTH, disturbed, "disturbed"),
    COLUMN(NUMBERS, slices, "slices"),
    COLUMN(MEASURED, clock_mhz, "clock_mhz"),
    COLUMN(TEXT, slowed, "slowed"),
    COLUMN(TEXT, stderr_tail, "stderr"),
    {NULL},
};
_Static_assert(offsetof(ROW, n_slices) == offsetof(ROW, slices) + sizeof(const double *),
               "the number of slices stands behind them");
const struct ib_columns ib_round_columns = TABLE(round_list, "rounds", "round");
#undef ROW

#define ROW struct ib_process_run_record
static const struct ib_column process_run_list[] = {
    COLUMN(INTEGER, run, "run"),
    COLUMN(REAL, wall_ns, "wall_ns"),
    COLUMN(REAL, user_ns, "user_ns"),
    COLUMN(REAL, system_ns, "system_ns"),
    COLUMN(INTEGER, parts_ns[IB_PROCESS_STARTUP], "startup_ns"),
    COLUMN(MEASURED, parts_ns[IB_PROCESS_LOAD], "load_ns"),
    COLUMN(INTEGER, parts_ns[IB_PROCESS_SETUP], "setup_ns"),
    COLUMN(INTEGER, parts_ns[IB_PROCESS_TRAIN], "train_ns"),
    COLUMN(MEASURED, parts_ns[IB_PROCESS_READBACK], "readback_ns"),
    COLUMN(MEASURED, parts_ns[IB_PROCESS_PREDICT], "predict_ns"),
    COLUMN(INTEGER, parts_ns[IB_PROCESS_REST], "rest_ns"),
    {NULL},
};
const struct ib_columns ib_process_run_columns = TABLE(process_run_list, "process_runs", "run");
#undef ROW

#define ROW struct ib_stop_record
static const struct ib_column stop_list[] = {
    COLUMN(INTEGER, target, "target"),  COLUMN(REAL, loss, "loss"),
    COLUMN(MEASURED, epochs, "epochs"), COLUMN(INTEGER, trainings, "trainings"),
    COLUMN(TEXT, reason, "reason"),     {NULL},
};
const struct ib_columns ib_stop_columns = TABLE(stop_list, "stops", "target");
#undef ROW

#define ROW struct ib_stop_time_record
static const struct ib_column stop_time_list[] = {
    COLUMN(INTEGER, round, "round"), COLUMN(INTEGER, target, "target"), COLUMN(REAL, train_ns, "train_ns"),
    COLUMN(REAL, loss, "loss"),      COLUMN(TEXT, reason, "reason"),    {NULL},
};
const struct ib_columns ib_stop_time_columns = TABLE(stop_time_list, "stop_times", "round, target");
#undef ROW

#define ROW struct ib_copy_record
static const struct ib_column copy_list[] = {
    COLUMN(TEXT, pass, "pass"),
    COLUMN(TEXT, phase, "phase"),
    COLUMN(TEXT, op, "op"),
    COLUMN(TEXT, tensor, "tensor"),
    COLUMN(INTEGER, traffic.h2d_count, "h2d_count"),
    COLUMN(INTEGER, traffic.h2d_bytes, "h2d_bytes"),
    COLUMN(INTEGER, traffic.d2h_count, "d2h_count"),
    COLUMN(INTEGER, traffic.d2h_bytes, "d2h_bytes"),
    {NULL},
};
#define BY_PHASE "instr('setup train readback predict', phase)"
const struct ib_columns ib_copy_columns =
    TABLE(copy_list, "transfers", BY_PHASE ", h2d_bytes + d2h_bytes DESC, op, tensor");
#undef ROW

#define ROW struct ib_calls_record
static const struct ib_column calls_list[] = {
    COLUMN(TEXT, pass, "pass"),
    COLUMN(TEXT, phase, "phase"),
    COLUMN(INTEGER, launches, "launch_count"),
    COLUMN(INTEGER, syncs, "sync_count"),
    {NULL},
};
const struct ib_columns ib_calls_columns = TABLE(calls_list, "calls", BY_PHASE);
#undef ROW

#define ROW struct ib_tracer_record
static const struct ib_column tracer_list[] = {
    COLUMN(TEXT, source, "source"),
    COLUMN(TRUTH, agrees, "agrees"),
    COLUMN(TEXT, reason, "reason"),
    COLUMN(COUNT, h2d_count, "h2d_count"),
    COLUMN(COUNT, h2d_bytes, "h2d_bytes"),
    COLUMN(COUNT, d2h_count, "d2h_count"),
    COLUMN(COUNT, d2h_bytes, "d2h_bytes"),
    COLUMN(COUNT, launches, "launch_count"),
    COLUMN(COUNT, syncs, "sync_count"),
    COLUMN(COUNT, d2d_count, "d2d_count"),
    COLUMN(COUNT, d2d_bytes, "d2d_bytes"),
    COLUMN(COUNT, memset_count, "memset_count"),
    COLUMN(COUNT, memset_bytes, "memset_bytes"),
    COLUMN(COUNT, pageable_count, "pageable_count"),
    COLUMN(COUNT, pageable_bytes, "pageable_bytes"),
    COLUMN(COUNT, pinned_count, "pinned_count"),
    COLUMN(COUNT, pinned_bytes, "pinned_bytes"),
    COLUMN(COUNT, opened_h2d_count, "opened_h2d_count"),
    COLUMN(COUNT, opened_h2d_bytes, "opened_h2d_bytes"),
    COLUMN(COUNT, opened_d2h_count, "opened_d2h_count"),
    COLUMN(COUNT, opened_d2h_bytes, "opened_d2h_bytes"),
    {NULL},
};
const struct ib_columns ib_tracer_columns = TABLE(tracer_list, "tracers", NULL);
#undef ROW

#define ROW struct ib_kernel_record
static const struct ib_column kernel_list[] = {
    COLUMN(TEXT, name, "name"),
    COLUMN(INTEGER, count, "count"),
    {NULL},
};
const struct ib_columns ib_kernel_columns = TABLE(kernel_list, "tracer_kernels", "count DESC, name");
#undef ROW

#define ROW struct ib_profile_record
static const struct ib_column profile_list[] = {
    COLUMN(MEASURED, epochs, "epochs"),
    COLUMN(TEXT, reason, "reason"),
    COLUMN(TEXT, clock, "clock"),
    COLUMN(MEASURED, sync_ns, "sync_ns"),
    {NULL},
};
const struct ib_columns ib_profile_columns = TABLE(profile_list, "profiles", NULL);
#undef ROW

#define ROW struct ib_operation_record
static const struct ib_column operation_list[] = {
    COLUMN(TEXT, op, "op"),
    COLUMN(INTEGER, calls, "calls"),
    COLUMN(INTEGER, launch_ns, "launch_ns"),
    COLUMN(INTEGER, wait_ns, "wait_ns"),
    COLUMN(INTEGER, compute_ns, "compute_ns"),
    {NULL},
};
const struct ib_columns ib_operation_columns =
    TABLE(operation_list, "profile_operations", "launch_ns + wait_ns DESC");
#undef ROW

#define ROW struct ib_copy_time_record
static const struct ib_column copy_time_list[] = {
    COLUMN(TEXT, op, "op"),
    COLUMN(TEXT, tensor, "tensor"),
    COLUMN(INTEGER, h2d_ns, "h2d_ns"),
    COLUMN(INTEGER, d2h_ns, "d2h_ns"),
    {NULL},
};
const struct ib_columns ib_copy_time_columns =
    TABLE(copy_time_list, "profile_copies", "h2d_ns + d2h_ns DESC");
#undef ROW

/* ---- writing ---- */

/* "[12.5,12.6]". */
static const char *numbers_text(struct ib_arena *arena, const double *values, size_t n)
{
    const char *text = "";
    char number[32];
    for (size_t i = 0; i < n; i++)
        text = ib_arena_print(arena, "%s%s%s", text, i ? "," : "",
                              ib_print_real(values[i], number, sizeof number));
    return ib_arena_print(arena, "[%s]", text);
}

static struct ib_db_value word_value(const struct ib_word *words, int value)
{
    while (words->word && words->value != value)
        words++;
    return ib_db_text(words->word);
}

static struct ib_db_value value_of(const struct ib_column *column, const void *row, struct ib_arena *arena)
{
    const void *field = (const char *)row + column->offset;
    const char *text;
    switch (column->type) {
    case IB_COLUMN_TEXT:
        text = *(const char *const *)field;
        return ib_db_text(text && text[0] ? text : NULL);
    case IB_COLUMN_REAL:
        return ib_db_real(*(const double *)field);
    case IB_COLUMN_INTEGER:
        return ib_db_integer(*(const uint64_t *)field);
    case IB_COLUMN_MEASURED:
        return *(const uint64_t *)field ? ib_db_integer(*(const uint64_t *)field) : ib_db_null();
    case IB_COLUMN_COUNT:
        return *(const int64_t *)field < 0 ? ib_db_null()
                                           : ib_db_integer((uint64_t) * (const int64_t *)field);
    case IB_COLUMN_TRUTH:
        return *(const enum ib_truth *)field == IB_UNKNOWN
                   ? ib_db_null()
                   : ib_db_integer(*(const enum ib_truth *)field == IB_YES);
    case IB_COLUMN_WORD:
        return word_value(column->words, *(const int *)field);
    case IB_COLUMN_NUMBERS:
        break;
    }
    const double *numbers = *(const double *const *)field;
    size_t n = *(const size_t *)(const void *)((const char *)field + sizeof numbers);
    return numbers ? ib_db_text(numbers_text(arena, numbers, n)) : ib_db_null();
}

static size_t count_columns(const struct ib_columns *columns)
{
    size_t n = 0;
    while (columns->list[n].name)
        n++;
    return n;
}

/* "case_number, a, b". */
static const char *column_names(struct ib_arena *arena, const struct ib_columns *columns)
{
    const char *names = "case_number";
    for (const struct ib_column *column = columns->list; column->name; column++)
        names = ib_arena_print(arena, "%s, %s", names, column->name);
    return names;
}

const char *ib_columns_insert(struct ib_arena *arena, const struct ib_columns *columns)
{
    const char *marks = "?";
    for (size_t i = count_columns(columns); i > 0; i--)
        marks = ib_arena_print(arena, "%s, ?", marks);
    return ib_arena_print(arena, "INSERT INTO %s (%s) VALUES (%s)", columns->table,
                          column_names(arena, columns), marks);
}

enum ib_status ib_columns_put(sqlite3_stmt *insert, const struct ib_columns *columns, uint64_t case_number,
                              const void *row)
{
    enum { MOST_COLUMNS = 32 };
    struct ib_db_value values[MOST_COLUMNS] = {ib_db_integer(case_number)};
    struct ib_arena scratch = {0};
    size_t n = count_columns(columns);
    for (size_t i = 0; i < n && i + 1 < MOST_COLUMNS; i++)
        values[i + 1] = value_of(&columns->list[i], row, &scratch);
    enum ib_status status = ib_db_run(insert, values, n + 1);
    ib_arena_free(&scratch);
    return status;
}

/* ---- reading ---- */

const char *ib_columns_select(struct ib_arena *arena, const struct ib_columns *columns, const char *where)
{
    return ib_arena_print(arena, "SELECT %s FROM %s%s%s ORDER BY case_number%s%s",
                          column_names(arena, columns), columns->table, where ? " WHERE " : "",
                          where ? where : "", columns->order ? ", " : "",
                          columns->order ? columns->order : "");
}

const char *ib_column_text(sqlite3_stmt *row, int column, struct ib_arena *arena)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text ? ib_arena_copy(arena, text) : NULL;
}

static void get_numbers(const char *text, struct ib_arena *arena, const double **numbers, size_t *n)
{
    double *list = text ? ib_arena_alloc(arena, (strlen(text) / 2 + 1) * sizeof *list) : NULL;
    *n = 0;
    for (char *end; text && *text && *text != ']'; text = end) {
        list[*n] = strtod(text + 1, &end);
        if (end == text + 1)
            break;
        ++*n;
    }
    *numbers = list;
}

static void get_value(sqlite3_stmt *row, int at, const struct ib_column *column, struct ib_arena *arena,
                      void *field)
{
    const bool null = sqlite3_column_type(row, at) == SQLITE_NULL;
    switch (column->type) {
    case IB_COLUMN_TEXT:
        *(const char **)field = ib_column_text(row, at, arena);
        break;
    case IB_COLUMN_REAL:
        *(double *)field = null ? NAN : sqlite3_column_double(row, at);
        break;
    case IB_COLUMN_INTEGER:
    case IB_COLUMN_MEASURED:
        *(uint64_t *)field = (uint64_t)sqlite3_column_int64(row, at);
        break;
    case IB_COLUMN_COUNT:
        *(int64_t *)field = null ? IB_NO_COUNT : sqlite3_column_int64(row, at);
        break;
    case IB_COLUMN_TRUTH:
        *(enum ib_truth *)field = null ? IB_UNKNOWN : sqlite3_column_int(row, at) ? IB_YES : IB_NO;
        break;
    case IB_COLUMN_WORD:
        *(int *)field = 0;
        if (!null)
            ib_word_value(column->words, (const char *)sqlite3_column_text(row, at), field);
        break;
    case IB_COLUMN_NUMBERS:
        get_numbers((const char *)sqlite3_column_text(row, at), arena, field,
                    (size_t *)(void *)((char *)field + sizeof(const double *)));
        break;
    }
}

void ib_columns_get(sqlite3_stmt *select, const struct ib_columns *columns, struct ib_arena *arena, void *row)
{
    memset(row, 0, columns->row_bytes);
    for (int i = 0; columns->list[i].name; i++)
        get_value(select, i + 1, &columns->list[i], arena, (char *)row + columns->list[i].offset);
}
