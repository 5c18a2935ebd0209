/* The whole process in words and tables: what hyperfine saw from outside, beside the process's own account.
 */
#ifndef IB_REPORT_PROCESS_SECTION_H
#define IB_REPORT_PROCESS_SECTION_H

#include "report/doc_model.h"
#include "store/run_record.h"

/* A heading and a table; nothing where no case was timed as a whole process, and none was to be. */
void ib_process_section(struct ib_doc *, const struct ib_run_record *run);

/* One case in a sentence or two; nothing where it was not to be timed. */
void ib_process_sentence(struct ib_doc *, const struct ib_case_record *c);

#endif
