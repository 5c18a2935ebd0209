/* The table of a sweep while it runs: the rounds of each case, its time, and how well that is known. */
#ifndef IB_REPORT_LIVE_TABLE_H
#define IB_REPORT_LIVE_TABLE_H

#include "config/matrix.h"
#include "run/run_progress.h"

struct ib_live_row {
    const char *id, *name; /* name: what distinguishes it from the other cases */
    uint64_t rounds;
    double epoch_ns, half_interval; /* NaN: unknown */
    bool precise, failed, current;
};

struct ib_live_table {
    struct ib_arena arena;
    struct ib_live_row *rows;
    size_t n;
    uint64_t max_rounds;
};

/* A row for each case, without anything known yet. */
void ib_live_table_open(const struct ib_matrix *, uint64_t max_rounds, struct ib_live_table *out);
void ib_live_table_close(struct ib_live_table *);

/* Notes what a pass says about its case. */
void ib_live_table_note(struct ib_live_table *, const struct ib_run_progress *);

/* Returns lines of fewer than `width` characters, at least 40, and fewer than `height` of them: `head`, the
 * names of the columns, and as many cases as have room: first those that need more rounds, the least known
 * first, but all in the order of the plan. */
const char *ib_live_table_text(struct ib_arena *, const struct ib_live_table *, const char *head, int width,
                               int height);

#endif
