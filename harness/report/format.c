#include "report/format.h"

#include "base/text.h"

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

const char *ib_format_duration(struct ib_arena *arena, double ns)
{
    char text[32];
    if (isnan(ns))
        return IB_DASH;
    if (fabs(ns) < 0.5) /* below the resolution of any clock */
        return "0";
    return ib_arena_copy(arena, ib_print_ns(ns, text, sizeof text));
}

const char *ib_format_wait(struct ib_arena *arena, double ns)
{
    char text[32];
    return ib_arena_copy(arena, ib_print_wait(ns, text, sizeof text));
}

const char *ib_format_bytes(struct ib_arena *arena, double bytes)
{
    char text[32];
    return isnan(bytes) ? IB_DASH : ib_arena_copy(arena, ib_print_bytes(bytes, text, sizeof text));
}

const char *ib_unit_of_joules(double joules, double *unit_j)
{
    static const char *const units[] = {"nJ", "µJ", "mJ", "J", "kJ"};
    enum { N = sizeof units / sizeof *units };
    size_t unit = 0;
    *unit_j = 1e-9;
    while (unit + 1 < N && fabs(joules) >= 999.5 * *unit_j) { /* 999.5 would be printed as 1000 */
        *unit_j *= 1e3;
        unit++;
    }
    return units[unit];
}

const char *ib_format_energy(struct ib_arena *arena, double joules)
{
    double unit_j;
    const char *unit = ib_unit_of_joules(joules, &unit_j);
    return isnan(joules) ? IB_DASH
                         : ib_arena_print(arena, "%s %s", ib_format_digits(arena, joules / unit_j), unit);
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

const char *ib_format_ratio(struct ib_arena *arena, double ratio)
{
    return ratio > 0.95 && ratio < 1.095 && ratio != 1 ? ib_arena_print(arena, "%.3f", ratio)
                                                       : ib_format_digits(arena, ratio);
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
