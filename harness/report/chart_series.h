/* The series of a chart: what they are called there and how they look. */
#ifndef IB_REPORT_CHART_SERIES_H
#define IB_REPORT_CHART_SERIES_H

#include "report/impl_looks.h"

struct ib_chart_series {
    const char *label;
    struct ib_look look;
};

/* Sets the series of a chart from their names: without the words that all of them have, which it returns (""
 * if none), and at most `max` characters long. An implementation has its own look; if all series are of one,
 * or none is of any, they differ by a scale of colours. */
const char *ib_chart_series(struct ib_arena *, const struct ib_looks *, const char *const *names, size_t n,
                            size_t max, struct ib_chart_series *out);

#endif
