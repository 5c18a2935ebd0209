/* The result of a gate (gate.h) for people and for CI systems. */
#ifndef IB_REPORT_GATE_REPORT_H
#define IB_REPORT_GATE_REPORT_H

#include "ironbench/impl.h"
#include "report/doc_model.h"

#include <jansson.h>
#include <stdio.h>

/* "PASSED" or "FAILED: 1 accuracy, 2 slower". */
const char *ib_gate_headline(struct ib_arena *, const json_t *result);

void ib_gate_page(struct ib_doc *, const json_t *result);

/* A comment for a pull request: headline, findings, the table, and two charts of text. */
void ib_gate_markdown(FILE *, struct ib_arena *, const json_t *result);

/* JUnit XML: a test case for each case's answer, copies and speed, and for each finding that has no case. */
void ib_gate_junit(FILE *, struct ib_arena *, const json_t *result);

/* Workflow commands of GitHub: an annotation a finding. */
void ib_gate_annotations(FILE *, struct ib_arena *, const json_t *result);

#endif
