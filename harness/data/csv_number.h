/* Numbers in comma-separated values. */
#ifndef IB_DATA_CSV_NUMBER_H
#define IB_DATA_CSV_NUMBER_H

#include "data/csv_fields.h"

/* Missing: NA, N/A, #N/A, null or ?, in small or capital letters. */
enum ib_csv_kind { IB_CSV_EMPTY, IB_CSV_MISSING, IB_CSV_TEXT, IB_CSV_NUMBER, IB_CSV_NAN, IB_CSV_NOT_FINITE };

/* Whether a value is missing. */
static inline bool ib_csv_is_missing(enum ib_csv_kind kind)
{
    return kind == IB_CSV_EMPTY || kind == IB_CSV_MISSING || kind == IB_CSV_NAN;
}

/* Parses a field whose decimals follow `decimal`, a point or a comma; *out is set only for a number, rounded
 * once. */
enum ib_csv_kind ib_csv_parse(const struct ib_csv_field *, char decimal, double *out);

/* Whether a field is a number with a decimal comma: "1,5", but not "1,500", which may be a thousand. */
bool ib_csv_has_decimal_comma(const struct ib_csv_field *);

/* Whether a text (IB_CSV_TEXT) is a word, not a number that is written otherwise. */
bool ib_csv_is_word(const struct ib_csv_field *);

/* What is wrong with a field that is not a number: "is empty; a number is required". */
const char *ib_csv_complaint(const struct ib_csv_field *, char decimal, enum ib_csv_kind);

#endif
