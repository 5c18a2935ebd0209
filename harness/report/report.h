/* The table and the report of a run, rendered from the stored record, so that `report DIR` can repeat it. */
#ifndef IB_REPORT_REPORT_H
#define IB_REPORT_REPORT_H

#include "report/render.h"
#include "store/run_record.h"

/* Prints the table for the terminal; cases that are wrong, unverified or unavailable come first. */
void ib_table_print(FILE *, const struct ib_run_record *, enum ib_colour);

/* Prints report.md without its charts. */
void ib_markdown_print(FILE *, const struct ib_run_record *);

/* Writes DIR/report.md, DIR/report.html (self-contained) and the SVG files of DIR/charts, from the record and
 * DIR/run.sqlite. Without gnuplot, the report says so instead of showing charts. */
enum ib_status ib_report_write(const char *dir, const struct ib_run_record *);

#endif
