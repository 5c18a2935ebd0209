/* The result of a gate as JUnit XML, which most CI systems display. */
#ifndef IB_REPORT_JUNIT_H
#define IB_REPORT_JUNIT_H

#include "gate/gate.h"

#include <stdio.h>

/* Writes a test case for each case's answer, copies and speed, and for each violation that is not about a
 * case of the sweep. */
void ib_gate_junit(FILE *, struct ib_arena *, const struct ib_gate_result *);

#endif
