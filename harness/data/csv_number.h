/* Numbers in comma-separated values. */
#ifndef IB_DATA_CSV_NUMBER_H
#define IB_DATA_CSV_NUMBER_H

#include "data/csv_fields.h"

enum ib_csv_kind { IB_CSV_EMPTY, IB_CSV_TEXT, IB_CSV_NUMBER, IB_CSV_NOT_FINITE };

/* Parses a field; *out is set only for a number, rounded once. */
enum ib_csv_kind ib_csv_parse(const struct ib_csv_field *, double *out);

/* Whether a text (IB_CSV_TEXT) is a word, not a number that is written otherwise or a missing value. */
bool ib_csv_is_word(const struct ib_csv_field *);

/* What is wrong with a field that is not a number: "is empty; a number is required". */
const char *ib_csv_complaint(const struct ib_csv_field *, enum ib_csv_kind);

#endif
