/* The series of a chart: what they are called there and how they look. */
#ifndef IB_REPORT_CHART_SERIES_H
#define IB_REPORT_CHART_SERIES_H

#include "report/impl_looks.h"

struct ib_chart_series {
    const char *label;
    struct ib_look look;
};

/* Whether the series of these names differ by the looks of implementations: if all are of one, or none is of
 * any, they differ by a scale of colours. */
bool ib_series_show_impls(const struct ib_looks *, const char *const *names, size_t n);

/* Sets the series of a chart, or of one of its panels, from their names: without the words that all of them
 * have, which it returns ("" if none), and at most `max` characters long; with the looks of implementations,
 * if `impls`. */
const char *ib_chart_series(struct ib_arena *, const struct ib_looks *, const char *const *names, size_t n,
                            size_t max, bool impls, struct ib_chart_series *out);

#endif
