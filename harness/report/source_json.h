/* The repositories that a run was made of, as JSON. */
#ifndef IB_REPORT_SOURCE_JSON_H
#define IB_REPORT_SOURCE_JSON_H

#include "store/run_record.h"

#include <jansson.h>

/* NULL becomes null. */
json_t *ib_source_to_json(const struct ib_source_record *);
json_t *ib_sources_to_json(const struct ib_run_record *);

#endif
