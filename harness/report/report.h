/* What a person sees of a run. All of it is rendered from the stored record, so that `report DIR` can do it
 * again. */
#ifndef IB_REPORT_REPORT_H
#define IB_REPORT_REPORT_H

#include "report/render.h"
#include "store/run_record.h"

/* The table for the terminal; what was wrong, unverified or unavailable stands first. */
void ib_table_print(FILE *, const struct ib_run_record *, enum ib_colour);

/* The same as Markdown: report.md without its charts. */
void ib_markdown_print(FILE *, const struct ib_run_record *);

/* DIR/report.md, DIR/report.html (self-contained) and the SVG files of DIR/charts, from its record and
 * DIR/run.sqlite. Without gnuplot the report says so in the charts' place. */
enum ib_status ib_report_write(const char *dir, const struct ib_run_record *);

#endif
