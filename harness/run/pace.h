/* Whether an implementation takes as long for what it has not met before as for what it has: rounds of unseen
 * problems, and the first training of a process. If not, it may have remembered answers. */
#ifndef IB_RUN_PACE_H
#define IB_RUN_PACE_H

#include "base/arena.h"

#include <stdbool.h>

/* Unseen problems may take this many times as long as seen ones, and a first training as later ones. */
#define IB_PACE_UNSEEN 1.5
#define IB_PACE_FIRST  3.0

struct ib_pace {
    double *seen; /* time per epoch of each round of the case's own problem */
    size_t n_seen, capacity;
    double unseen;       /* of the first round of an unseen problem; 0: none. A later one may have been met
                            elsewhere */
    double first_unseen; /* the ratio of a process's first training to its median one: in the same round, */
    double first;        /* and the least of the others; 0: none */
};

/* One round; the second before the first. median_ns, first_ns: of its trainings; repeats: their number. Too
 * few do not show a difference.
 */
void ib_pace_add(struct ib_pace *, struct ib_arena *, bool unseen, double epoch_ns);
void ib_pace_add_first(struct ib_pace *, bool unseen, double first_ns, double median_ns, uint64_t repeats);

enum ib_pace_suspicion { IB_PACE_EVEN, IB_PACE_UNSEEN_SLOWER, IB_PACE_FIRST_SLOWER };
/* What to examine by further passes: one slow round proves nothing. */
enum ib_pace_suspicion ib_pace_suspects(const struct ib_pace *);

#endif
