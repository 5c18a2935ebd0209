#include "store/history_tables.h"

#define AS(name, type, member)                                                                               \
    {                                                                                                        \
        name, IB_COLUMN_##type, offsetof(struct ib_history_row, member), NULL                                \
    }
#define WORD(name, member, words)                                                                            \
    {                                                                                                        \
        name, IB_COLUMN_WORD, offsetof(struct ib_history_row, member), words                                 \
    }

static const struct ib_column columns[] = {AS("case_number", INTEGER, case_number),
                                           AS("machine_number", INTEGER, machine_number),
                                           WORD("status", result.status, ib_case_status_words),
                                           AS("reason", TEXT, result.reason),
                                           WORD("verdict", result.verdict, ib_verdict_words),
                                           AS("epoch_ns", REAL, result.epoch_ns),
                                           AS("low_ns", REAL, result.low_ns),
                                           AS("high_ns", REAL, result.high_ns),
                                           AS("rounds", MEASURED, result.rounds),
                                           AS("metric", REAL, result.metric),
                                           AS("h2d_count", COUNT, result.h2d_count),
                                           AS("h2d_bytes", COUNT, result.h2d_bytes),
                                           AS("d2h_count", COUNT, result.d2h_count),
                                           AS("d2h_bytes", COUNT, result.d2h_bytes),
                                           {NULL, IB_COLUMN_TEXT, 0, NULL}};

const struct ib_db_table ib_db_history_points = {
    .name = "points", .key = "run_number", .row_bytes = sizeof(struct ib_history_row), .columns = columns};

const struct ib_db_table ib_db_history_sources = {.name = "sources",
                                                  .key = "run_number",
                                                  .order = "rowid",
                                                  .row_bytes = sizeof(struct ib_source_record),
                                                  .columns = ib_source_columns};
