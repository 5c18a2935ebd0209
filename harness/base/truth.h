/* Three-valued logic: yes, no or unknown. */
#ifndef IB_BASE_TRUTH_H
#define IB_BASE_TRUTH_H

#include <stdbool.h>

enum ib_truth { IB_UNKNOWN = -1, IB_NO, IB_YES };

static inline enum ib_truth ib_truth_of(bool known, bool value)
{
    return !known ? IB_UNKNOWN : value ? IB_YES : IB_NO;
}

#endif
