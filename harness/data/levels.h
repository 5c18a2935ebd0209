/* The different words of a column, numbered in the order in which they come. */
#ifndef IB_DATA_LEVELS_H
#define IB_DATA_LEVELS_H

#include "base/arena.h"

enum { IB_LEVELS_MAX = 1000, IB_LEVELS_SLOTS = 2048 };

struct ib_levels { /* initialize to {0} */
    const char **word;
    size_t n, capacity;
    uint16_t slots[IB_LEVELS_SLOTS]; /* a hash table of numbers from 1; 0: free */
};

/* Returns the number of a word, which is added if it is new; IB_LEVELS_MAX if it would be one too many. */
size_t ib_levels_number(struct ib_arena *, struct ib_levels *, const char *text, size_t length);
/* Sets rank[i] to the place of word i in alphabetical order (by bytes), from 0. */
void ib_levels_rank(const struct ib_levels *, size_t rank[IB_LEVELS_MAX]);

#endif
