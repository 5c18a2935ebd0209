/* Draws several charts with one gnuplot, since starting one takes longer than most charts. */
#ifndef IB_REPORT_CHART_BATCH_H
#define IB_REPORT_CHART_BATCH_H

#include "report/chart_script.h"
#include "report/chart_series.h"

#include <stdbool.h>

struct ib_plot {
    const struct ib_chart_script *script;
    const char *title;
    const char *data;    /* file of its rows */
    const char *picture; /* file to be drawn */
    int pixels_wide;
    uint64_t rows;
    const struct ib_chart_series *series; /* n of those in the data, from `first` on */
    size_t first, n;
    const char *note; /* set: why gnuplot drew nothing; NULL: it did not complain */
};

/* `scratch` is a folder for its own files, which it removes. *late: gnuplot did not finish in time; then it
 * is not run again. */
enum ib_status ib_plots_draw(struct ib_arena *, const char *scratch, struct ib_plot *, size_t n, bool *late);

#endif
