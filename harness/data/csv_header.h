/* Decides whether the first row of comma-separated values holds the columns' names. */
#ifndef IB_DATA_CSV_HEADER_H
#define IB_DATA_CSV_HEADER_H

#include "data/csv_fields.h"
#include "data/table.h"

struct ib_csv_row {
    const char *path;
    const struct ib_csv_field *fields;
    size_t n;
    char decimal; /* what decimals follow: a point or a comma */
};

/* Sets *has_header, and *guess to what was guessed in words, or NULL if the description says it. Without
 * `header` in the description, a row without any number holds names, and a row of numbers holds data.
 * IB_EINVAL, at the odd field, for a row of both. */
enum ib_status ib_csv_find_header(const struct ib_csv_row *first, const struct ib_dataset_spec *,
                                  struct ib_arena *, bool *has_header, const char **guess);

#endif
