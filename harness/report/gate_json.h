/* The results of a gate and of a comparison as JSON. Unknown values are null. */
#ifndef IB_REPORT_GATE_JSON_H
#define IB_REPORT_GATE_JSON_H

#include "gate/compare.h"
#include "gate/gate.h"

#include <jansson.h>
#include <stdio.h>

/* Returns a new reference; see results/gate.schema.json. */
json_t *ib_gate_to_json(const struct ib_gate_result *);

/* Prints, case by case as there may be very many, {schema, same_run, margin, old, new: {id, name, started,
 * version}, differences:
 * [{name, old, new}], cases: [{id, name, problem, old_ns, new_ns, speed: {verdict, ratio: {median, low, high,
 * n}, needed, reason}, old_verdict, new_verdict, metrics: [{name, old, new, better}], copies: [{name, old,
 * new}], libraries: null or {old, new}}], only_old, only_new: [{id, name, problem}]}. */
void ib_comparison_print_json(FILE *, const struct ib_comparison *);

#endif
