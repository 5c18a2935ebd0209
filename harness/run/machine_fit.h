/* Whether a sweep fits this machine: what is known before it starts to make it slow or its times doubtful. */
#ifndef IB_RUN_MACHINE_FIT_H
#define IB_RUN_MACHINE_FIT_H

#include "config/matrix.h"

/* Returns sentences in the arena; the list ends with NULL. */
const char *const *ib_machine_misfits(const struct ib_measure *, const struct ib_matrix *, struct ib_arena *);

#endif
