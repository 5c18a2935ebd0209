/* Formats numbers for readers. NaN is IB_DASH. */
#ifndef IB_REPORT_FORMAT_H
#define IB_REPORT_FORMAT_H

#include "base/arena.h"
#include "metrics/metric.h"

#include <stdint.h>

#define IB_DASH "–" /* an empty cell */

/* The text, or IB_DASH for NULL. */
static inline const char *ib_or_dash(const char *text)
{
    return text ? text : IB_DASH;
}

/* A metric: "59.767", "96.5 %". */
const char *ib_format_metric(struct ib_arena *, enum ib_metric_index, double value);
/* "12.3 µs": three significant digits; "0" below half a nanosecond. */
const char *ib_format_duration(struct ib_arena *, double ns);
const char *ib_format_wait(struct ib_arena *, double ns);
/* "0.0123", "12.3", "1234": at least three significant digits, never an exponent. */
const char *ib_format_digits(struct ib_arena *, double value);
/* A ratio, with enough digits to distinguish it from 1: "1.002", "2.61", "77.3"; "1.00" only for exactly 1.
 */
const char *ib_format_ratio(struct ib_arena *, double ratio);
/* A small number: "20", "0.25". */
const char *ib_format_amount(struct ib_arena *, double value);
/* "1,234,567" */
const char *ib_format_count(struct ib_arena *, double value);
/* A count rounded to three significant digits: "1,230,000". */
const char *ib_format_rounded(struct ib_arena *, double value);
/* "80 bytes", "1.23 MB": decimal units. */
const char *ib_format_bytes(struct ib_arena *, double bytes);
/* The unit for an energy, "mJ"; *unit_j: its size. */
const char *ib_unit_of_joules(double joules, double *unit_j);
/* "12.3 mJ" */
const char *ib_format_energy(struct ib_arena *, double joules);
/* "93 %", "0.4 %", "under 0.1 %"; "0 %" only for exactly 0. */
const char *ib_format_share(struct ib_arena *, double share);

#endif
