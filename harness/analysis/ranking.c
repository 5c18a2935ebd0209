#include "analysis/ranking.h"

#include <stdlib.h>

/* Equal times stay in the order of the plan. */
static int by_lead_and_time(const void *left, const void *right)
{
    const struct ib_standing *a = left, *b = right;
    const double here = a->record->epoch_ns.median, there = b->record->epoch_ns.median;
    if (a->leads != b->leads)
        return a->leads ? -1 : 1;
    if (here != there)
        return here < there ? -1 : 1;
    return a->record->number < b->record->number ? -1 : 1;
}

/* The least median; or a case that is faster than that in the rounds that both share. */
static const struct ib_case_record *find_fastest(const struct ib_standing *standings, size_t n)
{
    const struct ib_case_record *fastest = standings[0].record;
    for (size_t i = 1; i < n; i++)
        if (ib_paired_ratio_of(standings[i].record, fastest).high < 1)
            fastest = standings[i].record;
    return fastest;
}

size_t ib_rank(struct ib_standing *standings, size_t n)
{
    size_t n_leading = 0;
    for (size_t i = 0; i < n; i++)
        standings[i].leads = false;
    if (n == 0)
        return 0;
    qsort(standings, n, sizeof *standings, by_lead_and_time);
    const struct ib_case_record *fastest = find_fastest(standings, n);
    for (size_t i = 0; i < n; i++) {
        struct ib_standing *s = &standings[i];
        s->behind = ib_paired_ratio_of(s->record, fastest);
        s->leads = s->record == fastest || !(s->behind.low > 1); /* NaN, too: nothing tells them apart */
        n_leading += s->leads ? 1 : 0;
    }
    qsort(standings, n, sizeof *standings, by_lead_and_time);
    return n_leading;
}
