/* The data of a check: the same in every run. */
#ifndef FILL_H
#define FILL_H

#include "array.h"
#include "check.h"

/* Sets the cells of operand number `index`. */
void fill_operand(struct array *, const struct check *, uint32_t index);

/* "NaN": the fill in a word, for messages; "" for plain data. */
const char *fill_name(enum fill);

#endif
