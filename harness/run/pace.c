#include "run/pace.h"

#include "stats/stats.h"

enum { LEAST_TRAININGS = 4 };

void ib_pace_add(struct ib_pace *p, struct ib_arena *arena, bool unseen, double epoch_ns)
{
    if (!(epoch_ns > 0))
        return;
    if (unseen) {
        p->unseen = p->unseen > 0 ? p->unseen : epoch_ns;
        return;
    }
    p->seen = ib_arena_grow(arena, p->seen, sizeof *p->seen, p->n_seen, &p->capacity);
    p->seen[p->n_seen++] = epoch_ns;
}

void ib_pace_add_first(struct ib_pace *p, bool unseen, double first_ns, double median_ns, uint64_t repeats)
{
    if (repeats < LEAST_TRAININGS || !(first_ns > 0) || !(median_ns > 0))
        return;
    const double ratio = first_ns / median_ns;
    if (unseen)
        p->first_unseen = p->first_unseen > 0 ? p->first_unseen : ratio;
    else
        p->first = p->first > 0 && p->first < ratio ? p->first : ratio;
}

enum ib_pace_suspicion ib_pace_suspects(const struct ib_pace *p)
{
    if (p->first > IB_PACE_FIRST || p->first_unseen > IB_PACE_FIRST)
        return IB_PACE_FIRST_SLOWER;
    return p->n_seen && p->unseen > IB_PACE_UNSEEN * ib_median(p->seen, p->n_seen) ? IB_PACE_UNSEEN_SLOWER
                                                                                   : IB_PACE_EVEN;
}
