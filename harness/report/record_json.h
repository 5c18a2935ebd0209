/* The record as JSON, for export: results/record.schema.json. Unknown values are null. */
#ifndef IB_REPORT_RECORD_JSON_H
#define IB_REPORT_RECORD_JSON_H

#include "analysis/derived.h"

#include <jansson.h>
#include <stdio.h>

enum { IB_RECORD_SCHEMA = 2 };

/* Returns the record, with the values derived from several cases; with `whole`, also the configuration, and
 * the losses and predictions of every case. A new reference. */
json_t *ib_record_to_json(const struct ib_run_record *, bool whole);
/* Prints the whole record, case by case: all of it together would be much larger than the run. */
void ib_record_print(FILE *, const struct ib_run_record *);

/* Calls `use` for each case, as the record without `whole` has it. */
void ib_record_each_case(const struct ib_run_record *, void (*use)(void *context, json_t *c), void *context);

/* Return its run, and one of its cases without what is derived from several. New references. */
json_t *ib_run_to_json(const struct ib_run_record *);
json_t *ib_case_to_json(const struct ib_case_record *);

#endif
