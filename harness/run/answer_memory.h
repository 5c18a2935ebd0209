/* The part of a workspace that is in memory, for small answers: on a disk, making and removing folders for
 * each pass takes longer than a short training, and disturbs it. */
#ifndef IB_RUN_ANSWER_MEMORY_H
#define IB_RUN_ANSWER_MEMORY_H

#include "base/arena.h"

/* Makes a folder in memory for a workspace, given by its path. NULL: there is no room for one, or the
 * workspace itself is in memory. It is removed even if this process is killed (base/keeper.h). Its name
 * stands nowhere on the disk: a copy of a run's folder must not lead to what the run itself still uses. */
const char *ib_answer_memory_open(struct ib_arena *, const char *workspace);

#endif
