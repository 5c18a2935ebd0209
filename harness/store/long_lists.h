/* What a run has most of, read one case at a time: rounds, predictions and time lines. */
#ifndef IB_STORE_LONG_LISTS_H
#define IB_STORE_LONG_LISTS_H

#include "store/run_record.h"

enum ib_long_list { IB_LIST_ROUNDS, IB_LIST_PREDICTIONS, IB_LIST_TIMELINES, IB_LIST_COUNT };

struct ib_long_lists;

/* Opens the run of DIR for reading; wanted: bits of enum ib_long_list. */
enum ib_status ib_long_lists_open(const char *dir, unsigned wanted, struct ib_long_lists **out);
/* Copies a case of its record and adds the lists to the copy, which are valid until the next call. In the
 * order of the run, the cases are read in one go. */
enum ib_status ib_long_lists_read(struct ib_long_lists *, const struct ib_case_record *,
                                  struct ib_case_record *out);
void ib_long_lists_close(struct ib_long_lists *);

#endif
