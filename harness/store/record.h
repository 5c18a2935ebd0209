/* The record of a run, as `export --format json` prints it: the one form that tables, reports and exports
 * read. */
#ifndef IB_RECORD_H
#define IB_RECORD_H

#include "ironbench/impl.h"

#include <jansson.h>

enum { IB_RECORD_SCHEMA = 1 };

/* Reads DIR/run.sqlite. IB_EINVAL: no run there, or one of another major version. Unknown values are JSON
 * null. */
enum ib_status ib_record_load(const char *dir, json_t **out);

#endif
