/* The record as CSV (RFC 4180): a header line, then one line per case or sample. Unknown values are empty. */
#ifndef IB_REPORT_CSV_H
#define IB_REPORT_CSV_H

#include "store/long_lists.h"

#include <stdio.h>

void ib_csv_cases(FILE *, const struct ib_run_record *);
/* Every sample of every round, including disturbed ones, from the lists. */
enum ib_status ib_csv_samples(FILE *, const struct ib_run_record *, struct ib_long_lists *);

#endif
