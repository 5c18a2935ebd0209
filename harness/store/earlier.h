/* What earlier runs tell of the cases of a new one. */
#ifndef IB_EARLIER_H
#define IB_EARLIER_H

#include "config/case.h"

/* The median time of an epoch that the newest run of FOLDER/… measured for each of n cases: epoch_ns[i], NaN
 * where none did. A folder that is missing, or holds something else, tells nothing, which is no failure. */
void ib_earlier_epochs(const char *folder, const struct ib_case *cases, size_t n, double *epoch_ns);

#endif
