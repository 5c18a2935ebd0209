/* Yes, no, or unknown. */
#ifndef IB_BASE_TRUTH_H
#define IB_BASE_TRUTH_H

enum ib_truth { IB_UNKNOWN = -1, IB_NO, IB_YES };

#endif
