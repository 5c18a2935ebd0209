/* A data set into the files that workers map: standardised a stretch of rows at a time, so that no copy of it
 * ever stands in memory. What is made up is made twice, first to measure its columns, then to write it. */
#ifndef IB_RUN_STANDARDISE_H
#define IB_RUN_STANDARDISE_H

#include "run/workspace.h"

/* Writes the files that both descriptions name, and fills in what they know of the targets. They are of one
 * data set and type and share x and x_test; `plain` has the targets as they are, `scaled` has them
 * standardised. */
enum ib_status ib_standardise(struct ib_arena *, struct ib_prepared *plain, struct ib_prepared *scaled);

#endif
