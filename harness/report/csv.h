/* The record as flat tables (RFC 4180): a line of names, then a line a case or a sample. What is unknown is
 * empty. */
#ifndef IB_REPORT_CSV_H
#define IB_REPORT_CSV_H

#include "store/run_record.h"

#include <stdio.h>

void ib_csv_cases(FILE *, const struct ib_run_record *);
/* Every sample of every round, also those that were disturbed. */
void ib_csv_samples(FILE *, const struct ib_run_record *);

#endif
