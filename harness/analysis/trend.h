/* Changes in the history of a case on one machine: of its time, its error and its copies. */
#ifndef IB_ANALYSIS_TREND_H
#define IB_ANALYSIS_TREND_H

#include "stats/change_points.h"
#include "store/history.h"

enum ib_trend_kind {
    IB_TREND_TIME,   /* of an epoch, in nanoseconds */
    IB_TREND_METRIC, /* RMSE or accuracy on the test rows */
    IB_TREND_COPIES, /* of one training and its prediction, up and down */
    IB_TREND_BYTES,  /* of these copies */
    IB_TREND_COUNT
};
extern const char *const ib_trend_names[IB_TREND_COUNT]; /* time metric copies bytes */

/* The value of a point; NaN: unknown. */
double ib_trend_value(const struct ib_history_point *, enum ib_trend_kind);

enum ib_trend_verdict {
    IB_TREND_WORSE = 1, /* slower, a larger error, more copies */
    IB_TREND_BETTER,
    IB_TREND_UNCLEAR /* its values scatter otherwise than before, but the level may be the same */
};
extern const struct ib_word ib_trend_verdict_words[]; /* worse better unclear */

/* A change lies between two points of the series, of which the values are known: in one of the commits after
 * that of `before`, up to that of `after`. */
struct ib_trend_change {
    enum ib_trend_kind kind;
    size_t before, after; /* indices of points */
    double old, new;      /* medians of the values since the change before, and up to the next one */
    /* The difference: of times and copies as a ratio, of metrics new - old. low, high: its interval of 95 %
     * by that of each median (Zou and Donner); NaN with too few values on a side. Copies are exact. */
    double difference, low, high;
    double p; /* of the permutation test; NaN: copies, of which each difference is a change */
    enum ib_trend_verdict verdict;
};

struct ib_trend {
    const struct ib_history_series *series;
    struct ib_trend_change *changes; /* by kind, from old to new */
    size_t n, capacity;
};

/* Times and metrics by E-divisive means (stats/change_points.h), of times the logarithms. */
void ib_trend_of(struct ib_arena *, const struct ib_history_series *, const struct ib_change_rules *,
                 struct ib_trend *out);

/* The trends of all series of a history, problem by problem. */
struct ib_trends {
    const struct ib_history *history;
    struct ib_change_rules rules;
    struct ib_trend *list;
    size_t n, n_changes; /* n_changes: of all series together */
};
void ib_trends_of(struct ib_arena *, const struct ib_history *, const struct ib_change_rules *,
                  struct ib_trends *out);

/* The values of a kind that the series knows, and whether any is other than 0. */
struct ib_trend_extent {
    size_t n, first, last; /* how many; indices of the first and the last point that has one */
    bool some;
};
struct ib_trend_extent ib_trend_extent_of(const struct ib_history_series *, enum ib_trend_kind);

#endif
