#include "analysis/time_breakdown.h"

#include "analysis/member.h"

#include <math.h>

const char *const ib_split_names[IB_SPLIT_COUNT] = {"transfer", "sync", "compute", "launch"};

bool ib_split_of(const json_t *c, struct ib_split *out)
{
    const json_t *parts = ib_member(c, "time.split_ns");
    bool known = true;
    for (int i = 0; i < IB_SPLIT_COUNT; i++) {
        out->ns[i] = ib_member_number(parts, ib_split_names[i]);
        known = known && !isnan(out->ns[i]);
    }
    for (int i = 0; i < IB_SPLIT_COUNT && !known; i++)
        out->ns[i] = NAN;
    return known;
}
