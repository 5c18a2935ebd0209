#include "report/chart_data.h"

#include "base/error.h"
#include "base/plain_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Replaces double quotes, which are special to gnuplot, and infinities, which cannot be plotted. */
static void write_field(struct ib_arena *arena, FILE *out, sqlite3_stmt *row, int column)
{
    int type = sqlite3_column_type(row, column);
    if (type != SQLITE_TEXT) {
        double value = type == SQLITE_NULL ? NAN : sqlite3_column_double(row, column);
        fprintf(out, "%.17g", isfinite(value) ? value : NAN);
        return;
    }
    for (const char *at = ib_plain(arena, (const char *)sqlite3_column_text(row, column)); *at; at++)
        fputc(*at == '"' ? '\'' : *at, out);
}

static void begin_series(struct ib_arena *arena, FILE *out, const char *label, struct ib_chart_data *data)
{
    fputs(data->series ? "\n\n" : "", out);
    data->labels = ib_arena_grow(arena, data->labels, sizeof *data->labels, data->series, &data->capacity);
    data->labels[data->series++] = ib_plain(arena, label);
}

/* Writes one row, after two empty lines if its first column names a series other than `label`. Returns the
 * name of its series. */
static const char *write_row(struct ib_arena *arena, FILE *out, sqlite3_stmt *row, const char *label,
                             struct ib_chart_data *data)
{
    const char *first = (const char *)sqlite3_column_text(row, 0);
    if (!first)
        first = "";
    if (!label || strcmp(label, first) != 0) {
        label = ib_arena_copy(arena, first); /* the statement's text does not last */
        if (data->series == IB_SERIES_MAX)
            data->left_out++;
        else
            begin_series(arena, out, label, data);
    }
    if (data->left_out)
        return label;
    for (int i = 0; i < sqlite3_column_count(row); i++) {
        fputs(i ? "\t" : "", out);
        write_field(arena, out, row, i);
    }
    fputc('\n', out);
    data->rows++;
    return label;
}

enum ib_status ib_chart_data_write(struct ib_arena *arena, const char *path, sqlite3_stmt *query,
                                   struct ib_chart_data *data)
{
    bool row = false;
    const char *label = NULL;
    FILE *out = fopen(path, "we");
    if (!out)
        return ib_fail_errno(path, "cannot write a chart's data");
    enum ib_status status;
    while ((status = ib_db_next(query, &row)) == IB_OK && row)
        label = write_row(arena, out, query, label, data);
    bool written = !ferror(out);
    if ((fclose(out) != 0 || !written) && status == IB_OK)
        status = ib_fail_errno(path, "cannot write a chart's data");
    return status;
}
