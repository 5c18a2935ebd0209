/* The report of a gate. */
#ifndef IB_REPORT_GATE_REPORT_H
#define IB_REPORT_GATE_REPORT_H

#include "gate/gate.h"
#include "report/doc_model.h"

#include <stdio.h>

/* "PASSED" or "FAILED: 1 accuracy, 2 slower". */
const char *ib_gate_headline(struct ib_arena *, const struct ib_gate_result *);

void ib_gate_page(struct ib_doc *, const struct ib_gate_result *);

/* Writes a comment for a pull request: headline, violations, the table, and two text charts. */
void ib_gate_markdown(FILE *, struct ib_arena *, const struct ib_gate_result *);

#endif
