/* What a person sees of a run. All of it is rendered from the stored record, so that `report DIR` can do it
 * again. */
#ifndef IB_REPORT_REPORT_H
#define IB_REPORT_REPORT_H

#include "base/text.h"
#include "store/run_record.h"

#include <stdio.h>

/* AUTO: on a terminal that knows colours, unless NO_COLOR is set (no-color.org). */
enum ib_colour { IB_COLOUR_AUTO, IB_COLOUR_ALWAYS, IB_COLOUR_NEVER };
extern const struct ib_word ib_colour_words[]; /* auto always never */
bool ib_colour_is_on(FILE *, enum ib_colour);

/* The table for the terminal; what was wrong, unverified or unavailable stands first. */
void ib_table_print(FILE *, const struct ib_run_record *, enum ib_colour);

/* The same as Markdown: report.md without its charts. */
void ib_markdown_print(FILE *, const struct ib_run_record *);

/* DIR/report.md, DIR/report.html (self-contained) and the SVG files of DIR/charts, from its record and
 * DIR/run.sqlite. Without gnuplot the report says so in the charts' place. */
enum ib_status ib_report_write(const char *dir, const struct ib_run_record *);

#endif
