/* The part of a workspace that is in memory, for small answers: on a disk, making and removing folders for
 * each pass takes longer than a short training, and disturbs it. */
#ifndef IB_RUN_ANSWER_MEMORY_H
#define IB_RUN_ANSWER_MEMORY_H

#include "base/arena.h"

/* Makes the folder in memory that belongs to a workspace, given by its path. NULL: there is no room for one,
 * or the workspace itself is in memory. It is removed even if this process is killed (base/keeper.h). */
const char *ib_answer_memory_open(struct ib_arena *, const char *workspace);
/* Removes it, also that of a workspace of an earlier process. */
void ib_answer_memory_remove(const char *workspace);

#endif
