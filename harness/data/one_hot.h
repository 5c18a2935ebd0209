/* Columns of words as numbers: a feature for each word, 1 in the rows that have it and 0 in all others. */
#ifndef IB_DATA_ONE_HOT_H
#define IB_DATA_ONE_HOT_H

#include "data/table.h"

/* Renumbers the words of the test rows, read from a file of their own, as those of the training rows, to
 * which words that only they have are added. IB_EINVAL, at the file, names a column of words in one file and
 * numbers in the other, or of too many words. */
enum ib_status ib_one_hot_match(const struct ib_dataset_spec *, struct ib_arena *, struct ib_table *train,
                                struct ib_table *test);

/* Replaces each column of words by its features, in alphabetical order of the words, and says so in the
 * guesses unless the description asks for it. NaN, a missing word, is NaN in all of them. IB_ENOMEM if the
 * features do not fit into memory. */
enum ib_status ib_one_hot_expand(const struct ib_dataset_spec *, struct ib_arena *, struct ib_table *);

#endif
