/* Values of the record as JSON: null where they are unknown. */
#ifndef IB_REPORT_JSON_VALUES_H
#define IB_REPORT_JSON_VALUES_H

#include "base/text.h"
#include "base/truth.h"

#include <jansson.h>

static inline json_t *ib_json_count(int64_t value)
{
    return value < 0 ? json_null() : json_integer(value);
}

/* For quantities that are 0 only if they were not measured. */
static inline json_t *ib_json_measured(uint64_t value)
{
    return value ? json_integer((json_int_t)value) : json_null();
}

static inline json_t *ib_json_truth(enum ib_truth value)
{
    return value == IB_UNKNOWN ? json_null() : json_boolean(value == IB_YES);
}

static inline json_t *ib_json_word(const struct ib_word *words, int value)
{
    return value ? json_string(ib_word_of(words, value)) : json_null();
}

#endif
