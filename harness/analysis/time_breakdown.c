#include "analysis/time_breakdown.h"

#include "analysis/member.h"

#include <math.h>

const char *const ib_time_part_names[IB_TIME_PART_COUNT] = {"transfer", "sync", "compute", "launch"};

bool ib_time_breakdown_of(const json_t *c, struct ib_time_breakdown *out)
{
    const json_t *parts = ib_member(c, "time.breakdown_ns");
    bool known = true;
    for (int i = 0; i < IB_TIME_PART_COUNT; i++) {
        out->ns[i] = ib_member_number(parts, ib_time_part_names[i]);
        known = known && !isnan(out->ns[i]);
    }
    for (int i = 0; i < IB_TIME_PART_COUNT && !known; i++)
        out->ns[i] = NAN;
    return known;
}
