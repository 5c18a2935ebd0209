/* An explained case as JSON (results/explain.schema.json). */
#ifndef IB_REPORT_EXPLAIN_JSON_H
#define IB_REPORT_EXPLAIN_JSON_H

#include "store/run_record.h"

#include <jansson.h>

/* The rest of the run is for comparison. `text`: the same in words, or NULL. */
json_t *ib_explanation_to_json(const struct ib_run_record *, const struct ib_case_record *, const char *text);

#endif
