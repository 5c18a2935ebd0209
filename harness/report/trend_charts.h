/* Draws the charts of a history with scripts/charts/history/trend.gp: for each series, its time, its error
 * and its copies against the commits, with the changes marked. */
#ifndef IB_REPORT_TREND_CHARTS_H
#define IB_REPORT_TREND_CHARTS_H

#include "report/trend_words.h"

struct ib_trend_chart {
    const char *title, *svg;
    const char *note; /* why it was not drawn; NULL: it was */
};

/* Of one series; n: there is none of bytes, and of copies only where some are made. */
struct ib_trend_charts {
    struct ib_trend_chart list[IB_TREND_COUNT];
    size_t n;
};

/* An element for each trend. A chart that cannot be drawn has a note instead. */
enum ib_status ib_trend_charts_draw(struct ib_arena *, const struct ib_trends *,
                                    struct ib_trend_charts **out);

#endif
