/* Targets as classes: 0 and 1, two other values of which a description names one, words, or integers where
 * the description says that they are classes. Classes are numbered from 0, in ascending or alphabetical
 * order. */
#ifndef IB_DATA_LABELS_H
#define IB_DATA_LABELS_H

#include "data/table.h"

enum { IB_LABELS_SHOWN = 5 }; /* values that are listed; of more, only the number is told */

/* The distinct values of a single target; none if there are more than IB_CLASSES_MAX, or several targets. */
struct ib_labels {
    double *value; /* in ascending order */
    size_t n;
    const char *const *word; /* by value, if these are numbers of words, from 0; else NULL */
};
void ib_labels_find(struct ib_arena *, const struct ib_table *, struct ib_labels *out);

/* What is taken for classes without `task` in the description: 0 and 1, or words. */
bool ib_labels_are_classes(const struct ib_labels *);
/* NULL if they can be classes, or why not. */
const char *ib_labels_complaint(struct ib_arena *, const struct ib_labels *, const char *target);
/* What to say where values could be classes, but are not taken for them; NULL: nothing. */
const char *ib_labels_hint(struct ib_arena *, const struct ib_labels *, const char *target);
/* Replaces values by their numbers, unless they are 0 or 1. */
void ib_labels_number(const struct ib_labels *, double *y, uint64_t n);

/* "-1, 0 and 1", "no and yes", or "10 integers" where they are many; "numbers" if there are none. */
const char *ib_labels_text(struct ib_arena *, const struct ib_labels *);

/* Numbers the words of test rows as those of the training rows are. IB_EINVAL if they are too many together,
 * or numbers in one of the two. */
enum ib_status ib_labels_match(const struct ib_dataset_spec *, struct ib_arena *, struct ib_table *train,
                               struct ib_table *test);
/* Puts words in alphabetical order. With `positive` in the description, replaces the targets by 1 where they
 * have this value and 0 elsewhere, unless the reader has done so. IB_EINVAL if they do not have exactly two
 * values, of which this is one. */
enum ib_status ib_labels_apply(const struct ib_dataset_spec *, struct ib_arena *, struct ib_table *);

#endif
