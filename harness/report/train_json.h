/* A single training as JSON (results/train.schema.json). */
#ifndef IB_REPORT_TRAIN_JSON_H
#define IB_REPORT_TRAIN_JSON_H

#include "core/case.h"
#include "store/passes.h"

#include <jansson.h>

/* timed: NULL if the checked pass failed. */
json_t *ib_train_to_json(const struct ib_case *, const struct ib_checked_pass *,
                         const struct ib_timed_pass *timed);

#endif
