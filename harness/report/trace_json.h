/* The time lines of a run's profiles in the trace event format that Perfetto and Chrome's tracing page read.
 * results/trace.schema.json describes it. */
#ifndef IB_REPORT_TRACE_JSON_H
#define IB_REPORT_TRACE_JSON_H

#include "store/run_record.h"

#include <stdio.h>

/* Prints one process per case that has a time line (ib_load_timelines), with tracks for the host, for the
 * device's work and for the copies; and the other cases with the reason. */
void ib_trace_print(FILE *, const struct ib_run_record *);

#endif
