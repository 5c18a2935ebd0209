/* The tables of a section: the problems of one model and data set. */
#ifndef IB_REPORT_SECTION_TABLES_H
#define IB_REPORT_SECTION_TABLES_H

#include "report/summary_model.h"

/* How detailed a document is: for the terminal, Markdown or a page. */
enum ib_extent { IB_BRIEF, IB_WITHOUT_CASES, IB_WITH_CASES };

/* Adds a table of each problem; of many problems, a single one, except for the terminal. Beyond IB_BRIEF,
 * with the answers and the times to a loss. */
void ib_section_tables(struct ib_doc *, const struct ib_summary *, const struct ib_summary_section *,
                       enum ib_extent);

/* Adds a single table of the problems, in which each is named by what it does not share with the others. */
void ib_settings_table(struct ib_doc *, const struct ib_summary *, const struct ib_summary_section *,
                       enum ib_extent);

/* Appends the answer to the last block, and adds the notes on it. */
void ib_group_claim(struct ib_doc *, const struct ib_summary *, const struct ib_summary_group *);

/* "mlp 6 relu f32 diabetes, 3 seeds" */
const char *ib_seed_group_heading(struct ib_arena *, const struct ib_seed_group *);

#endif
