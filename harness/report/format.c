#include "report/format.h"

#include <math.h>
#include <string.h>

const char *ib_format_digits(struct ib_arena *arena, double value)
{
    if (isnan(value))
        return IB_DASH;
    double size = fabs(value);
    int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
    return ib_arena_print(arena, "%.*f", decimals, value);
}

static const struct unit {
    const char *name;
    double size;
} times[] = {{"ns", 1}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}},
  sizes[] = {{"bytes", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}};
enum { UNIT_COUNT = 4 };

/* The largest unit that leaves a 1 before the point. */
static const struct unit *unit_for(const struct unit *units, double value)
{
    const struct unit *unit = units;
    while (unit < units + UNIT_COUNT - 1 && value >= unit[1].size)
        unit++;
    return unit;
}

const char *ib_format_unit(double ns, double *unit_ns)
{
    const struct unit *unit = unit_for(times, ns);
    *unit_ns = unit->size;
    return unit->name;
}

const char *ib_format_duration(struct ib_arena *arena, double ns)
{
    if (isnan(ns))
        return IB_DASH;
    if (fabs(ns) < 0.5) /* no clock sees so little */
        return "0";
    const struct unit *unit = unit_for(times, ns);
    return ib_arena_print(arena, "%s %s", ib_format_digits(arena, ns / unit->size), unit->name);
}

const char *ib_format_bytes(struct ib_arena *arena, double bytes)
{
    if (isnan(bytes))
        return IB_DASH;
    const struct unit *unit = unit_for(sizes, bytes);
    return unit == sizes
               ? ib_arena_print(arena, "%.0f bytes", bytes)
               : ib_arena_print(arena, "%s %s", ib_format_digits(arena, bytes / unit->size), unit->name);
}

const char *ib_format_count(struct ib_arena *arena, double value)
{
    if (!isfinite(value))
        return IB_DASH;
    const char *digits = ib_arena_print(arena, "%.0f", value);
    const size_t length = strlen(digits);
    char *out = ib_arena_alloc(arena, 2 * length + 1), *at = out;
    for (size_t i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            *at++ = ',';
        *at++ = digits[i];
    }
    return out;
}

const char *ib_format_rounded(struct ib_arena *arena, double value)
{
    if (!(value > 0) || isinf(value))
        return ib_format_count(arena, value);
    double step = pow(10, fmax(0, floor(log10(value)) - 2));
    return ib_format_count(arena, step * round(value / step));
}

const char *ib_format_share(struct ib_arena *arena, double share)
{
    if (isnan(share))
        return IB_DASH;
    double percent = 100 * share;
    if (percent == 0)
        return "0 %";
    return percent > 0 && percent < 0.1
               ? "under 0.1 %"
               : ib_arena_print(arena, percent < 9.95 ? "%.1f %%" : "%.0f %%", percent);
}

const char *ib_format_amount(struct ib_arena *arena, double value)
{
    return isnan(value) ? IB_DASH : ib_arena_print(arena, "%.3g", value);
}

const char *ib_format_metric(struct ib_arena *arena, enum ib_metric_index metric, double value)
{
    if (isnan(value))
        return IB_DASH;
    return ib_metrics[metric]->form == IB_FORM_SHARE ? ib_arena_print(arena, "%.1f %%", 100 * value)
                                        : ib_arena_print(arena, "%.5g", value);
}
