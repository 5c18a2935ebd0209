/* A case in detail, which pages fold away. */
#ifndef IB_REPORT_CASE_PART_H
#define IB_REPORT_CASE_PART_H

#include "report/summary_model.h"

/* The id of a case's part, for links. */
const char *ib_case_anchor(struct ib_arena *, const struct ib_summary_row *);

/* Adds a part for each case of a section. */
void ib_case_parts(struct ib_doc *, const struct ib_summary *, const struct ib_summary_section *);

#endif
