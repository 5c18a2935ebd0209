/* Numbers as people read them. NaN is IB_DASH. */
#ifndef IB_REPORT_FORMAT_H
#define IB_REPORT_FORMAT_H

#include "base/arena.h"
#include "metrics/metric.h"

#include <stdint.h>

#define IB_DASH "–" /* what stands where there is nothing to say */

/* The text, or IB_DASH for NULL. */
static inline const char *ib_or_dash(const char *text)
{
    return text ? text : IB_DASH;
}

/* "59.767", "96.5 %": a metric. */
const char *ib_format_metric(struct ib_arena *, enum ib_metric_index, double value);
/* "12.3 µs": three significant digits; "0" for none. */
const char *ib_format_duration(struct ib_arena *, double ns);
/* "0.0123", "12.3", "1234": at least three significant digits, never an exponent. */
const char *ib_format_digits(struct ib_arena *, double value);
/* "20", "0.25": of few things. */
const char *ib_format_amount(struct ib_arena *, double value);
/* "1,234,567" */
const char *ib_format_count(struct ib_arena *, double value);
/* The same, rounded to three significant digits: "1,230,000". */
const char *ib_format_rounded(struct ib_arena *, double value);
/* "1.23 MB": decimal units; "80 bytes" as it is. */
const char *ib_format_bytes(struct ib_arena *, double bytes);
/* "93 %", "0.4 %", "under 0.1 %"; "0 %" only for nothing. */
const char *ib_format_share(struct ib_arena *, double share);

#endif
