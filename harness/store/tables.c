/* The lists of columns. */
#include "store/tables.h"
#include "base/truth.h"

#include <string.h>

/* clang-format off */
#define AS(name, type, member) {name, IB_COLUMN_##type, offsetof(ROW, member), NULL}
#define TEXT(member)           AS(#member, TEXT, member)
#define REAL(member)           AS(#member, REAL, member)
#define INTEGER(member)        AS(#member, INTEGER, member)
#define MEASURED(member)       AS(#member, MEASURED, member)
#define COUNT(member)          AS(#member, COUNT, member)
#define TRUTH(member)          AS(#member, TRUTH, member)
#define WORD(member, words)    {#member, IB_COLUMN_WORD, offsetof(ROW, member), words}
#define END                    {NULL, IB_COLUMN_TEXT, 0, NULL}

#define ROW struct ib_check_record
#define PHASES                                                                                    \
    AS("load_ns", MEASURED, phases.load_ns), AS("setup_ns", MEASURED, phases.setup_ns),           \
    AS("train_ns", MEASURED, phases.train_ns), AS("readback_ns", MEASURED, phases.readback_ns),   \
    AS("predict_ns", MEASURED, phases.predict_ns)
static const struct ib_column check_columns[] = {
    WORD(status, ib_case_status_words), TEXT(reason), TEXT(path), PHASES, WORD(verdict, ib_verdict_words),
    TEXT(verdict_reason), TEXT(reference), REAL(loss_error), REAL(params_error), REAL(prediction_error),
    MEASURED(first_divergent_epoch), AS("compared_epochs", MEASURED, compared.epochs),
    AS("compared_params", MEASURED, compared.params), AS("params", MEASURED, compared.of_params),
    AS("compared_predictions", MEASURED, compared.predictions),
    AS("predictions", MEASURED, compared.of_predictions), AS("compared_steps", MEASURED, compared.steps),
    AS("continued_from", MEASURED, compared.continued_from), WORD(convergence, ib_convergence_words), TRUTH(as_expected),
    AS("limit_flops", REAL, limit.flops), AS("limit_bytes", REAL, limit.bytes), AS("limit_bound", TEXT, limit.bound),
    AS("limit_by", TEXT, limit.by), AS("limit_rate", REAL, limit.rate), AS("limit_ns", REAL, limit.least_ns),
    AS("limit_reason", TEXT, limit.reason),
    AS("stderr", TEXT, stderr_tail), MEASURED(peak_bytes), MEASURED(device_peak_bytes),
    AS("instructions", MEASURED, instructions.count), AS("instructions_epochs", MEASURED, instructions.epochs),
    AS("instructions_source", TEXT, instructions.source), AS("instructions_reason", TEXT, instructions.reason), END};

#undef ROW
#define ROW struct ib_round_record
static const struct ib_column round_columns[] = {
    INTEGER(round), WORD(status, ib_case_status_words), TEXT(reason), MEASURED(repeats), REAL(epoch_ns),
    REAL(cpu_epoch_ns), PHASES, TRUTH(as_expected), TRUTH(disturbed), AS("slices", NUMBERS, slices),
    MEASURED(clock_mhz), TEXT(slowed), REAL(discarded_ns), AS("stderr", TEXT, stderr_tail), MEASURED(peak_bytes),
    MEASURED(device_peak_bytes), TRUTH(unseen), TRUTH(traced),
    {"energy_source", IB_COLUMN_WORD, offsetof(ROW, energy.source), ib_energy_source_words},
    AS("energy_j", REAL, energy.joules), AS("energy_ns", MEASURED, energy.ns),
    AS("energy_stretches", MEASURED, energy.stretches), AS("energy_reason", TEXT, energy.reason), END};
_Static_assert(offsetof(ROW, n_slices) == offsetof(ROW, slices) + sizeof(const double *),
               "the number of slices must follow them");

#undef ROW
#define ROW struct ib_process_run_record
static const struct ib_column process_run_columns[] = {
    INTEGER(run), REAL(wall_ns), REAL(user_ns), REAL(system_ns),
    AS("startup_ns", INTEGER, parts_ns[IB_PROCESS_STARTUP]), AS("load_ns", MEASURED, parts_ns[IB_PROCESS_LOAD]),
    AS("setup_ns", INTEGER, parts_ns[IB_PROCESS_SETUP]), AS("train_ns", INTEGER, parts_ns[IB_PROCESS_TRAIN]),
    AS("readback_ns", MEASURED, parts_ns[IB_PROCESS_READBACK]),
    AS("predict_ns", MEASURED, parts_ns[IB_PROCESS_PREDICT]), AS("rest_ns", INTEGER, parts_ns[IB_PROCESS_REST]), END};

#undef ROW
#define ROW struct ib_stop_record
static const struct ib_column stop_columns[] = {
    INTEGER(target), REAL(loss), MEASURED(epochs), INTEGER(trainings), TEXT(reason), END};

#undef ROW
#define ROW struct ib_stop_time_record
static const struct ib_column stop_time_columns[] = {
    INTEGER(round), INTEGER(target), REAL(train_ns), REAL(loss), TEXT(reason), END};

#undef ROW
#define ROW struct ib_copy_record
static const struct ib_column copy_columns[] = {
    TEXT(pass), TEXT(phase), TEXT(op), TEXT(tensor), AS("h2d_count", INTEGER, traffic.h2d_count),
    AS("h2d_bytes", INTEGER, traffic.h2d_bytes), AS("d2h_count", INTEGER, traffic.d2h_count),
    AS("d2h_bytes", INTEGER, traffic.d2h_bytes), END};

#undef ROW
#define ROW struct ib_calls_record
static const struct ib_column calls_columns[] = {
    TEXT(pass), TEXT(phase), AS("launch_count", INTEGER, launches), AS("sync_count", INTEGER, syncs), END};

#undef ROW
#define ROW struct ib_tracer_record
static const struct ib_column tracer_columns[] = {
    TEXT(source), TRUTH(agrees), TEXT(reason), COUNT(h2d_count), COUNT(h2d_bytes), COUNT(d2h_count),
    COUNT(d2h_bytes), AS("launch_count", COUNT, launches), AS("sync_count", COUNT, syncs), COUNT(d2d_count),
    COUNT(d2d_bytes), COUNT(memset_count), COUNT(memset_bytes), COUNT(pageable_count), COUNT(pageable_bytes),
    COUNT(pinned_count), COUNT(pinned_bytes), COUNT(opened_h2d_count), COUNT(opened_h2d_bytes),
    COUNT(opened_d2h_count), COUNT(opened_d2h_bytes), END};

#undef ROW
#define ROW struct ib_kernel_record
static const struct ib_column kernel_columns[] = {TEXT(name), INTEGER(count), END};

#undef ROW
#define ROW struct ib_profile_record
static const struct ib_column profile_columns[] = {
    MEASURED(epochs), TEXT(reason), TEXT(clock), MEASURED(sync_ns), END};

#undef ROW
#define ROW struct ib_operation_record
static const struct ib_column operation_columns[] = {
    TEXT(op), INTEGER(calls), INTEGER(launch_ns), INTEGER(wait_ns), INTEGER(compute_ns),
    REAL(flops), REAL(bytes), REAL(least_ns), END};

#undef ROW
#define ROW struct ib_copy_time_record
static const struct ib_column copy_time_columns[] = {
    TEXT(op), TEXT(tensor), INTEGER(h2d_ns), INTEGER(d2h_ns), END};

#undef ROW
#define ROW struct ib_event_record
static const struct ib_column event_columns[] = {
    INTEGER(number), WORD(kind, ib_event_words), TEXT(op), TEXT(tensor), INTEGER(begin_ns), INTEGER(launch_ns),
    INTEGER(wait_ns), INTEGER(compute_ns), END};

#undef ROW
#define ROW struct ib_loss_record
static const struct ib_column loss_columns[] = {INTEGER(epoch), REAL(loss), REAL(seconds), END};

#undef ROW
#define ROW struct ib_prediction_record
static const struct ib_column prediction_columns[] = {INTEGER(row), INTEGER(output), REAL(actual), REAL(predicted), END};

#undef ROW
#define ROW struct ib_source_record
const struct ib_column ib_source_columns[] = {
    WORD(kind, ib_source_kind_words), TEXT(impl), TEXT(path), AS("commit_hash", TEXT, commit), TEXT(reason),
    TEXT(committed), TEXT(branch), TRUTH(dirty), END};

#undef ROW
#define ROW struct ib_case_record
static const struct ib_column case_columns[] = {
    TEXT(id), MEASURED(part), MEASURED(position), WORD(task, ib_task_words), TEXT(dataset_sha256), TEXT(dataset_guesses), INTEGER(rows), INTEGER(test_rows), INTEGER(cols),
    INTEGER(classes), AS("options", SETTINGS, options), TEXT(label), TEXT(libraries), AS("simulated", BOOL, simulated),
    AS("shortcut", BOOL, shortcut), TEXT(algorithm), WORD(status, ib_case_status_words), TEXT(reason), END};
_Static_assert(offsetof(ROW, n_options) == offsetof(ROW, options) + sizeof(const struct ib_setting *),
               "the number of options must follow them");

#define LIST(table, columns, order, where, owner, list)                                                      \
    {table, "case_number", order, where, sizeof *((struct ib_case_record *)0)->owner list,                   \
     offsetof(struct ib_case_record, owner list), offsetof(struct ib_case_record, owner n_##list),           \
     offsetof(struct ib_case_record, owner list##_capacity), 0, 0, columns}
#define SINGLE(table, columns, member)                                                                       \
    {table, "case_number", NULL, NULL, sizeof ((struct ib_case_record *)0)->member,                          \
     offsetof(struct ib_case_record, member), 0, 0, 0, 0, columns}
/* Of the tracer, which few cases have. */
#define TRACER offsetof(struct ib_case_record, tracer), sizeof(struct ib_tracer_record)
#define BY_PHASE "instr('setup train readback predict', phase)"
#define NEWEST   "pass = 'timed'"

const struct ib_db_table ib_db_tables[IB_TABLE_COUNT] = {
    [IB_TABLE_CHECKS] = SINGLE("checks", check_columns, check),
    [IB_TABLE_TRACERS] = {"tracers", "case_number", NULL, NULL, sizeof(struct ib_tracer_record), 0, 0, 0, TRACER, tracer_columns},
    [IB_TABLE_KERNELS] = {"tracer_kernels", "case_number", "count DESC, name", NULL, sizeof(struct ib_kernel_record),
                          offsetof(struct ib_tracer_record, kernels), offsetof(struct ib_tracer_record, n_kernels),
                          offsetof(struct ib_tracer_record, kernels_capacity), TRACER, kernel_columns},
    [IB_TABLE_PROFILES] = SINGLE("profiles", profile_columns, profile),
    [IB_TABLE_OPERATIONS] =
        LIST("profile_operations", operation_columns, "launch_ns + wait_ns DESC, op", NULL, profile., operations),
    [IB_TABLE_COPY_TIMES] = LIST("profile_copies", copy_time_columns, "h2d_ns + d2h_ns DESC, op, tensor", NULL, profile., copies),
    [IB_TABLE_LOSSES] = LIST("curve", loss_columns, "epoch", NULL, , losses),
    [IB_TABLE_ROUNDS] = LIST("rounds", round_columns, "round", NULL, , rounds),
    [IB_TABLE_COPIES] =
        LIST("transfers", copy_columns, BY_PHASE ", h2d_bytes + d2h_bytes DESC, op, tensor", NEWEST, , copies),
    [IB_TABLE_CALLS] = LIST("calls", calls_columns, BY_PHASE, NEWEST, , calls),
    [IB_TABLE_PROCESS_RUNS] = LIST("process_runs", process_run_columns, "run", NULL, , process_runs),
    [IB_TABLE_STOPS] = LIST("stops", stop_columns, "target", NULL, , stops),
    [IB_TABLE_STOP_TIMES] = LIST("stop_times", stop_time_columns, "round, target", NULL, , stop_times),
};
const struct ib_db_table ib_db_predictions =
    LIST("predictions", prediction_columns, "row, output", NULL, , predictions);
const struct ib_db_table ib_db_events =
    LIST("profile_events", event_columns, "number", NULL, profile., events);
const struct ib_db_table ib_db_sources = {.name = "sources", .key = "number",
                                          .row_bytes = sizeof(struct ib_source_record), .columns = ib_source_columns};
/* clang-format on */

/* Each axis has a column after those above. */
struct ib_db_table ib_db_case_table(struct ib_arena *arena)
{
    enum { FIXED = sizeof case_columns / sizeof *case_columns - 1 };
    struct ib_column *columns = ib_arena_alloc(arena, (FIXED + IB_AXIS_COUNT + 1) * sizeof *columns);
    memcpy(columns, case_columns, FIXED * sizeof *columns);
    for (size_t k = 0; k < IB_AXIS_COUNT; k++)
        columns[FIXED + k] =
            (struct ib_column){ib_axis_rules[k].name, IB_COLUMN_TEXT,
                               offsetof(struct ib_case_record, axis) + k * sizeof(const char *), NULL};
    return (struct ib_db_table){
        .name = "cases", .key = "number", .row_bytes = sizeof(struct ib_case_record), .columns = columns};
}

static bool is_among(size_t offset, const size_t *offsets, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (offsets[i] == offset)
            return true;
    return false;
}

struct ib_db_table ib_db_table_of(struct ib_arena *arena, enum ib_db_table_kind kind, const size_t *offsets,
                                  size_t n)
{
    struct ib_db_table table = ib_db_tables[kind];
    struct ib_column *columns = ib_arena_alloc(arena, (n + 1) * sizeof *columns);
    size_t used = 0;
    for (const struct ib_column *column = table.columns; column->name; column++)
        if (is_among(column->offset, offsets, n))
            columns[used++] = *column;
    table.columns = columns;
    return table;
}
