/* The record of a run: the one form that tables, reports and exports read. It is what `export --format json`
 * prints, but for what is derived from it (analysis/derived.h), and with the `curve` of each case beside:
 * {epoch, loss}, and `seconds` where it has its own, an array each; and its `stops`, of another algorithm:
 * {target, loss, epochs, trainings, rounds, reached, median_ns, ci_low_ns, ci_high_ns, reason}, one a loss.
 */
#ifndef IB_STORE_LOAD_RUN_H
#define IB_STORE_LOAD_RUN_H

#include "ironbench/impl.h"

#include <jansson.h>

enum { IB_RECORD_SCHEMA = 2 };

/* Reads DIR/run.sqlite. IB_EINVAL: no run there, or one of another major version. Unknown values are JSON
 * null. */
enum ib_status ib_load_run(const char *dir, json_t **out);

#endif
