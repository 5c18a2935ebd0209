/* Charts of a run: every script of scripts/charts, drawn by gnuplot. */
#ifndef IB_REPORT_CHARTS_H
#define IB_REPORT_CHARTS_H

#include "analysis/chart_tables.h"
#include "report/chart_script.h"

struct ib_chart {
    const struct ib_chart_script *script;
    const char *title;           /* with what it is of: "Time per epoch: mlp, diabetes" */
    const char *model, *dataset; /* what it is of; NULL: more */
    const char *file;            /* relative to the run's folder; NULL: not drawn */
    const char *svg;             /* its contents */
    const char *note;            /* why it was not drawn; of a drawn one, what is left out of it, or NULL */
};

/* Draws into DIR/charts, from DIR/run.sqlite and what was derived from it (analysis/chart_tables.h). What
 * cannot be drawn has a note in its place: no data, no gnuplot, a fault of its script. */
enum ib_status ib_charts_draw(struct ib_arena *, const char *dir, const struct ib_run_record *,
                              const struct ib_derived *, struct ib_chart **out, size_t *n);

#endif
