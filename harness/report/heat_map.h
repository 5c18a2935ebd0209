/* Heat maps of a sweep, as tables: a value for each pair of values of two axes, a table for each value of a
 * third. */
#ifndef IB_REPORT_HEAT_MAP_H
#define IB_REPORT_HEAT_MAP_H

#include "analysis/tuning.h"
#include "report/doc_model.h"

/* Adds maps of the metric, for each value of the sweep's third axis, and of the time to its target loss, for
 * each implementation. Over further axes, and over implementations that are not told apart, a value is the
 * median. */
void ib_heat_maps(struct ib_doc *, const struct ib_tuning *, const char *title);

/* A value of an axis for readers: "6x6". */
const char *ib_setting_value(struct ib_arena *, enum ib_axis_kind, const char *value);

#endif
