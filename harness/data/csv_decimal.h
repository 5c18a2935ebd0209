/* Whether decimals follow a point or a comma in comma-separated values. */
#ifndef IB_DATA_CSV_DECIMAL_H
#define IB_DATA_CSV_DECIMAL_H

#include "base/arena.h"
#include "data/csv_fields.h"

/* Returns ',' if, in the first 64 KiB from the next field on, a number has a comma that cannot separate
 * thousands and no number has a point; else '.'. Nothing is consumed. Where fields are separated by commas, a
 * comma within quotes is likely to separate thousands, and the answer is '.'. */
char ib_csv_find_decimal(const struct ib_csv *, struct ib_arena *);

#endif
