/* The self-test for readers. */
#ifndef IB_REPORT_SELFTEST_REPORT_H
#define IB_REPORT_SELFTEST_REPORT_H

#include "gate/selftest.h"
#include "report/doc_model.h"

void ib_selftest_page(struct ib_doc *, const struct ib_selftest *);

/* In a line, for doctor: when, the smallest slowdown found, false alarms, time. */
const char *ib_selftest_brief(struct ib_arena *, const struct ib_selftest *);

#endif
