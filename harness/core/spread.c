#include "core/spread.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>

enum ib_status ib_spread_open(uint64_t n, struct ib_spread *out)
{
    *out = (struct ib_spread){.n = n, .lowest = malloc(2 * n * sizeof *out->lowest)};
    if (!out->lowest)
        return ib_fail(IB_ENOMEM, "parameters", "out of memory");
    out->highest = out->lowest + n;
    return IB_OK;
}

void ib_spread_close(struct ib_spread *s)
{
    free(s->lowest);
    *s = (struct ib_spread){0};
}

void ib_spread_add(struct ib_spread *s, const double *params)
{
    for (uint64_t i = 0; i < s->n; i++) {
        if (!s->trainings || params[i] < s->lowest[i] || isnan(params[i]))
            s->lowest[i] = params[i];
        if (!s->trainings || params[i] > s->highest[i] || isnan(params[i]))
            s->highest[i] = params[i];
    }
    s->trainings++;
}
