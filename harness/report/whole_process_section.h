/* The report on whole processes: hyperfine's times, broken down by what the processes themselves report. */
#ifndef IB_REPORT_WHOLE_PROCESS_SECTION_H
#define IB_REPORT_WHOLE_PROCESS_SECTION_H

#include "report/doc_model.h"
#include "store/run_record.h"

/* Adds a heading and a table; nothing if the run did not time whole processes. */
void ib_process_section(struct ib_doc *, const struct ib_run_record *run);

/* Adds one case in a sentence or two; nothing if it was not to be timed. */
void ib_process_sentence(struct ib_doc *, const struct ib_case_record *c);

#endif
