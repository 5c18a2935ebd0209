/* A history as JSON (results/history.schema.json). */
#ifndef IB_REPORT_HISTORY_JSON_H
#define IB_REPORT_HISTORY_JSON_H

#include "analysis/trend.h"

#include <jansson.h>

json_t *ib_history_to_json(const struct ib_trends *);

#endif
