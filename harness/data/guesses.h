/* What the description of a data set leaves open, and how it was read, in words for the user. */
#ifndef IB_DATA_GUESSES_H
#define IB_DATA_GUESSES_H

#include "data/labels.h"

/* "d.csv: first row taken as names (header: true); targets taken as numbers (task: regression)": each guess
 * with the key that says it, or another value of it. NULL: nothing was guessed. */
const char *ib_guesses_text(struct ib_arena *, const struct ib_dataset_spec *, const struct ib_table *,
                            const struct ib_labels *);

#endif
