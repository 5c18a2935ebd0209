/* What a chart says of itself: the `#@` lines at the head of a gnuplot script in scripts/charts.
 *
 *   #@title TEXT       above the chart
 *   #@caption TEXT     below it, in reports
 *   #@order N          place among the charts of a report (default 100); equals by name
 *   #@per a,b          one chart for each combination of these columns of `cases`; else one for the run
 *   #@for CONDITION    of those combinations, only where a case meets this SQL condition
 *   #@height N         in pixels (default 420); may use `rows`, `series` and names of style.gnuplot
 *   #@sql QUERY        the data; :a and :b are the values of `per`. The first column names the series
 *   #@ …               goes on with the line above
 */
#ifndef IB_REPORT_CHART_SCRIPT_H
#define IB_REPORT_CHART_SCRIPT_H

#include "base/arena.h"
#include "ironbench/impl.h"

struct ib_chart_script {
    const char *name; /* the file's, without .gp */
    const char *path;
    const char *title, *caption, *order, *per, *condition, *height, *sql; /* "" where not said */
    const char *fault; /* why this script cannot be used; NULL */
};

/* All scripts of the program's scripts/charts, in order. */
enum ib_status ib_chart_scripts(struct ib_arena *, struct ib_chart_script **out, size_t *n);

#endif
