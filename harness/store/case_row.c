#include "store/case_row.h"

#include <stdlib.h>
#include <string.h>

const char *ib_column_known_text(sqlite3_stmt *row, int column, struct ib_arena *arena)
{
    const char *text = ib_column_text(row, column, arena);
    return text ? text : "";
}

const char *ib_column_time(sqlite3_stmt *row, int column, struct ib_arena *arena)
{
    const char *text = ib_column_known_text(row, column, arena);
    return strlen(text) < strlen(IB_TIME_UNKNOWN) ? IB_TIME_UNKNOWN : text;
}

static void know_texts(struct ib_case_record *c)
{
    const char **const texts[] = {&c->id,
                                  &c->label,
                                  &c->dataset_sha256,
                                  &c->axis[IB_AXIS_MODEL],
                                  &c->axis[IB_AXIS_DATASET],
                                  &c->axis[IB_AXIS_IMPL],
                                  &c->axis[IB_AXIS_DTYPE]};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!*texts[i])
            *texts[i] = "";
}

void ib_case_row_get(sqlite3_stmt *row, const struct ib_db_table *cases, struct ib_arena *arena,
                     struct ib_text_pool *pool, struct ib_case_record *out)
{
    int residency = 0;
    struct ib_arena scratch = {0};
    ib_row_get(row, cases, &scratch, out);
    ib_row_keep(arena, pool, cases, out);
    ib_arena_free(&scratch);
    know_texts(out);
    ib_word_value(ib_residency_words, out->axis[IB_AXIS_RESIDENCY], &residency);
    out->residency = (enum ib_residency)residency;
    out->epochs = out->axis[IB_AXIS_EPOCHS] ? strtoull(out->axis[IB_AXIS_EPOCHS], NULL, 10) : 0;
    ib_case_record_clear(out);
}
