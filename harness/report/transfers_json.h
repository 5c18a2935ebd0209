/* The copies of a case as JSON: what dispatch counted, and the tracer. */
#ifndef IB_REPORT_TRANSFERS_JSON_H
#define IB_REPORT_TRANSFERS_JSON_H

#include "analysis/derived.h"

#include <jansson.h>

/* New references. */
json_t *ib_transfers_to_json(const struct ib_case_record *);
json_t *ib_tracer_to_json(const struct ib_tracer_record *);

#endif
