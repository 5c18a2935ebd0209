/* The cases of a large run on pages of their own, DIR/cases/1.html and so on: a browser cannot show a hundred
 * thousand of them at once. */
#ifndef IB_REPORT_CASE_PAGES_H
#define IB_REPORT_CASE_PAGES_H

#include "ironbench/impl.h"
#include "report/doc_model.h"
#include "report/summary_model.h"

/* Whether the run has that many. */
bool ib_has_case_pages(const struct ib_summary *);
/* Adds links to the pages of a section, by its index. */
void ib_case_page_links(struct ib_doc *, const struct ib_summary *, size_t section);
/* Writes the pages, if there are any. Those of an earlier report that had more stay, without a link to them.
 */
enum ib_status ib_case_pages_write(const char *dir, const struct ib_summary *);

#endif
