/* The record as flat tables (RFC 4180): a line of names, then a line a case or a sample. What is unknown is
 * empty. */
#ifndef IB_REPORT_CSV_H
#define IB_REPORT_CSV_H

#include <jansson.h>
#include <stdio.h>

void ib_csv_cases(FILE *, const json_t *record);
/* Every sample of every round, also those that were disturbed. */
void ib_csv_samples(FILE *, const json_t *record);

#endif
