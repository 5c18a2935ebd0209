#include "analysis/member.h"

#include <math.h>
#include <string.h>

const json_t *ib_member(const json_t *object, const char *name)
{
    for (const char *dot; object && (dot = strchr(name, '.')); name = dot + 1)
        object = json_object_getn(object, name, (size_t)(dot - name));
    return json_object_get(object, name);
}

const char *ib_member_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(ib_member(object, name));
    return text ? text : IB_DASH;
}

double ib_member_number(const json_t *object, const char *name)
{
    return ib_json_value(ib_member(object, name));
}

bool ib_case_counts(const json_t *c)
{
    return strcmp(ib_member_text(c, "status"), "ok") == 0 &&
           strcmp(ib_member_text(c, "verify.verdict"), "ok") == 0 &&
           !json_is_false(ib_member(c, "transfers.as_expected")) &&
           !isnan(ib_member_number(c, "time.epoch_ns.median"));
}

json_t *ib_json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

double ib_json_value(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : NAN;
}
