/* The violations of a gate as workflow commands of GitHub Actions, which annotate the change. */
#ifndef IB_REPORT_ANNOTATIONS_H
#define IB_REPORT_ANNOTATIONS_H

#include "gate/gate.h"

#include <stdio.h>

/* Writes a line for each: an error if it fails the gate, else a warning. */
void ib_gate_annotations(FILE *, struct ib_arena *, const struct ib_gate_result *);

#endif
