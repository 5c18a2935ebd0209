/* The record as JSON, for export: results/record.schema.json. Unknown values are null. */
#ifndef IB_REPORT_RECORD_JSON_H
#define IB_REPORT_RECORD_JSON_H

#include "analysis/derived.h"
#include "store/long_lists.h"

#include <jansson.h>
#include <stdio.h>

enum { IB_RECORD_SCHEMA = 2 };

/* Returns the record, with the values derived from several cases; with `whole`, also the configuration, and
 * the losses and predictions of every case. A new reference. */
json_t *ib_record_to_json(const struct ib_run_record *, bool whole);
/* Prints the whole record, case by case, with the lists of each: all of it together would be much larger than
 * the run. */
enum ib_status ib_record_print(FILE *, const struct ib_run_record *, struct ib_long_lists *);

/* Calls `use` for each case, as the record without `whole` has it; lists NULL: without its rounds. */
enum ib_status ib_record_each_case(const struct ib_run_record *, struct ib_long_lists *lists,
                                   void (*use)(void *context, json_t *c), void *context);

/* Return its run, and one of its cases without what is derived from several. New references. */
json_t *ib_run_to_json(const struct ib_run_record *);
json_t *ib_case_to_json(const struct ib_case_record *);

#endif
