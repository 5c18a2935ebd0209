/* The data of a chart, as a file for gnuplot. */
#ifndef IB_REPORT_CHART_DATA_H
#define IB_REPORT_CHART_DATA_H

#include "base/arena.h"
#include "store/database.h"

/* More series cannot be told apart, and gnuplot reads the data once per series. */
enum { IB_SERIES_MAX = 100 };

struct ib_chart_data {
    uint64_t rows;
    const char **labels; /* of the series, in order */
    size_t series, capacity;
    uint64_t left_out; /* series beyond IB_SERIES_MAX */
};

/* Writes the rows of a query: tabs between columns, and two empty lines between series. The first column
 * names the series, whose rows must stand together. */
enum ib_status ib_chart_data_write(struct ib_arena *, const char *path, sqlite3_stmt *query,
                                   struct ib_chart_data *out);

#endif
