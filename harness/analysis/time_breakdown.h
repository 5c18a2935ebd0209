/* Where the time of one epoch goes, as a profiled pass found it. */
#ifndef IB_ANALYSIS_TIME_BREAKDOWN_H
#define IB_ANALYSIS_TIME_BREAKDOWN_H

#include <jansson.h>
#include <stdbool.h>

enum ib_split_part { IB_SPLIT_TRANSFER, IB_SPLIT_SYNC, IB_SPLIT_COMPUTE, IB_SPLIT_LAUNCH, IB_SPLIT_COUNT };
extern const char *const ib_split_names[IB_SPLIT_COUNT]; /* "transfer", "sync", "compute", "launch" */

struct ib_split {
    double ns[IB_SPLIT_COUNT]; /* of one epoch; they add up to its median time */
};

/* False where the case has no profile; all parts are then NaN. */
bool ib_split_of(const json_t *case_record, struct ib_split *out);

#endif
