/* Draws the charts of a run: every script of scripts/charts, with gnuplot. */
#ifndef IB_REPORT_CHARTS_H
#define IB_REPORT_CHARTS_H

#include "analysis/chart_tables.h"
#include "report/chart_script.h"

#include <stdbool.h>

struct ib_chart {
    const struct ib_chart_script *script;
    const char *name;  /* of its file, without .svg, and before its ids; different from all others */
    const char *title; /* with its values of `per`: "Time per epoch: mlp, diabetes" */
    const char *model, *dataset; /* NULL: more than one */
    const char *file;            /* relative to the run's folder; NULL: not drawn */
    const char *svg;             /* the file's contents */
    const char *narrow;          /* the same for narrow windows */
    size_t panel;                /* from 0: which part of the series it shows, if they are too many for one */
    bool apart;                  /* a page links to the file, as others fill it already */
    const char *note;            /* why it was not drawn; if drawn, what was left out, or NULL */
};

/* Draws into DIR/charts, from DIR/run.sqlite and derived tables (analysis/chart_tables.h). A chart that
 * cannot be drawn has a note instead: no data, no gnuplot, a faulty script. */
enum ib_status ib_charts_draw(struct ib_arena *, const char *dir, const struct ib_run_record *,
                              const struct ib_derived *, struct ib_chart **out, size_t *n);

#endif
