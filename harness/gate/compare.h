/* Two stored runs beside each other. */
#ifndef IB_GATE_COMPARE_H
#define IB_GATE_COMPARE_H

#include <jansson.h>

#define IB_COMPARE_MARGIN    0.03  /* what one machine drifts from run to run: 2 to 4 % in minutes */
#define IB_COMPARE_TOLERANCE 0.001 /* of a metric */

/* Of two records (store/load_run.h), cases matched by id:
 * {schema, same_run, margin, old, new: {id, name, started, version}, differences: [{name, old, new}],
 *  cases: [{id, name, problem, old_ns, new_ns, speed, old_verdict, new_verdict, metrics: [differences],
 *           copies: [differences], libraries: null or {old, new}}],
 *  only_old, only_new: [{id, name, problem}]}; see speed.h and differences.h. A new reference. */
json_t *ib_compare(const json_t *old_record, const json_t *new_record, double margin);

#endif
