/* Narrows a stored run to some of its cases. */
#ifndef IB_REPORT_SELECT_CASES_H
#define IB_REPORT_SELECT_CASES_H

#include "store/run_record.h"

/* Keeps the cases that meet one of the conditions in `keep` (all, if there are none) and none of those in
 * `drop`, each as on the command line (config/case_filter.h); both lists end with NULL. They keep their
 * numbers and names. IB_EINVAL: a condition cannot be read, one of `keep` matches no case, or no case is
 * left. */
enum ib_status ib_select_cases(struct ib_run_record *, const char *const *keep, const char *const *drop);

#endif
