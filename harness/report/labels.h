/* Makes labels short: leaves out what all have in common, and shortens the rest where they do not differ. */
#ifndef IB_REPORT_LABELS_H
#define IB_REPORT_LABELS_H

#include "base/arena.h"

/* Removes the words that stand in every label, of two or more, unless a label would have none left. Returns
 * these words in the order of the first label; "" if there are none. */
const char *ib_labels_strip(struct ib_arena *, const char **labels, size_t n);

/* Shortens labels to at most `max` characters, with … in their middle; those that would then be equal, or
 * equal to others, are kept whole. */
void ib_labels_fit(struct ib_arena *, const char **labels, size_t n, size_t max);

#endif
