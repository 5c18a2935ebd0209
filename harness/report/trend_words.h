/* Trends in words. */
#ifndef IB_REPORT_TREND_WORDS_H
#define IB_REPORT_TREND_WORDS_H

#include "analysis/trend.h"
#include "report/doc_model.h"

/* A value with its unit: "12.3 µs", "59.767", "1,234", "1.21 MB". */
const char *ib_trend_text(struct ib_arena *, const struct ib_history_series *, enum ib_trend_kind,
                          double value);
/* What the values are: "time per epoch", "RMSE", "copies", "bytes copied". */
const char *ib_trend_title(const struct ib_history_series *, enum ib_trend_kind);

/* "3f2a91c0e1b2"; without a commit, the start of the run: "2026-01-31 12:00". */
const char *ib_trend_commit(struct ib_arena *, const struct ib_history_point *);
/* The commits that a change may be in, as git names them: "3f2a91c0e1b2..88aa91c0e1b2". */
const char *ib_trend_range(struct ib_arena *, const struct ib_history_series *,
                           const struct ib_trend_change *);
/* "5.1 % slower [4.2 %, 6.0 %]", "RMSE 1.2 larger", "200 more copies". */
const char *ib_trend_difference(struct ib_arena *, const struct ib_history_series *,
                                const struct ib_trend_change *);
enum ib_doc_style ib_trend_style(const struct ib_trend_change *);

/* The times of a series in a line of blocks, "▃▃▅▅", of at most `width` characters. The height of the line is
 * at least 10 % of the time, so that noise does not look like more. "" without two times. */
const char *ib_trend_line(struct ib_arena *, const struct ib_history_series *, size_t width);

#endif
