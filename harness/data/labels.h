/* Targets as classes: 0 and 1, or two other values that a description maps to them. */
#ifndef IB_DATA_LABELS_H
#define IB_DATA_LABELS_H

#include "data/table.h"

enum { IB_LABELS_MAX = 5 };

/* The distinct values of the targets, in ascending order; none if there are more than IB_LABELS_MAX. */
struct ib_labels {
    double value[IB_LABELS_MAX];
    size_t n;
};
void ib_labels_find(const struct ib_table *, struct ib_labels *out);
/* Whether all are 0 or 1. */
bool ib_labels_are_classes(const struct ib_labels *);
/* "-1, 0 and 1" */
const char *ib_labels_text(struct ib_arena *, const struct ib_labels *);
/* Why these values are not classes, and what to do about it. */
const char *ib_labels_complaint(struct ib_arena *, const struct ib_labels *, const char *target);

/* With `positive` in the description, replaces the targets by 1 where they have this value and 0 elsewhere,
 * unless the reader has done so. IB_EINVAL if they do not have exactly two values, of which this is one. */
enum ib_status ib_labels_apply(const struct ib_dataset_spec *, struct ib_arena *, struct ib_table *);

#endif
