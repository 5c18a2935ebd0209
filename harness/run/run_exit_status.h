#ifndef IB_RUN_RUN_EXIT_STATUS_H
#define IB_RUN_RUN_EXIT_STATUS_H

#include "store/run_record.h"

/* The exit status of a record: 3 for a wrong answer or an untrusted case, else 4 for a failed case, for a
 * required implementation that did not run, or if no case is ok; else 0. Writes the reason to why[n] ("" for
 * 0). */
int ib_run_exit_status(const struct ib_run_record *, const char *const *require, char *why, size_t n);

#endif
