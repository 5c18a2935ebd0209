/* The description of a chart: the `#@` lines at the head of a gnuplot script in scripts/charts.
 *
 *   #@title TEXT       above the chart
 *   #@caption TEXT     below it, in reports
 *   #@order N          position among the charts of a report (default 100); ties by name
 *   #@per a,b          one chart for each combination of these columns of `cases`; default: one for the run
 *   #@for CONDITION    only for combinations with a case that meets this SQL condition
 *   #@height N         in pixels (default 420); may use `rows`, `series` and names of style.gnuplot
 *   #@panel N            at most so many series; the others are in further charts with the same axes
 *   #@sql QUERY        the data; :a and :b are the values of `per`. The first column names the series
 *   #@ …               continues the line above
 */
#ifndef IB_REPORT_CHART_SCRIPT_H
#define IB_REPORT_CHART_SCRIPT_H

#include "base/arena.h"
#include "ironbench/impl.h"

struct ib_chart_script {
    const char *name; /* the file's, without .gp */
    const char *path;
    const char *title, *caption, *order, *per, *condition, *height, *panel, *sql; /* "" if missing */
    const char *fault; /* why this script cannot be used, or NULL */
};

/* Reads all scripts of the program's scripts/charts, in order. */
enum ib_status ib_chart_scripts(struct ib_arena *, struct ib_chart_script **out, size_t *n);

#endif
