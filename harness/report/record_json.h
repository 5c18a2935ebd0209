/* The record as JSON, for export: results/record.schema.json. What is unknown is null. */
#ifndef IB_REPORT_RECORD_JSON_H
#define IB_REPORT_RECORD_JSON_H

#include "analysis/derived.h"

#include <jansson.h>

enum { IB_RECORD_SCHEMA = 2 };

/* The whole record, with what is derived from several cases together. A new reference. */
json_t *ib_record_to_json(const struct ib_run_record *);

/* One case of it, without `time_to`. A new reference. */
json_t *ib_case_to_json(const struct ib_case_record *);

/* A number: null for what is not finite. */
json_t *ib_json_number(double);

#endif
