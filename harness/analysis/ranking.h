/* Which of several cases is fastest, as far as the rounds that they share can tell. */
#ifndef IB_ANALYSIS_RANKING_H
#define IB_ANALYSIS_RANKING_H

#include "analysis/paired_ratio.h"

struct ib_standing {
    const struct ib_case_record *record;
    struct ib_paired_ratio behind; /* its time over that of the fastest case; 1 for that case itself */
    bool leads;                    /* the fastest, or cannot be told apart from it */
};

/* Fills in the standings of n ranked cases of one problem, whose records are set, and sorts them: first those
 * that lead, then the others, both by their times. Returns how many lead: 1 means that there is a winner. */
size_t ib_rank(struct ib_standing *, size_t n);

#endif
