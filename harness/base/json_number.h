/* Numbers as JSON. NaN and infinities, which JSON does not support, become null. */
#ifndef IB_BASE_JSON_NUMBER_H
#define IB_BASE_JSON_NUMBER_H

#include <jansson.h>
#include <math.h>

static inline json_t *ib_json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* Returns the object {names[i]: values[i]} with n members. */
static inline json_t *ib_json_numbers(const char *const *names, const double *values, size_t n)
{
    json_t *out = json_object();
    for (size_t i = 0; i < n; i++)
        json_object_set_new(out, names[i], ib_json_number(values[i]));
    return out;
}

#endif
