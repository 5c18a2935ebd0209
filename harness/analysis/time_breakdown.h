/* Where the time of one epoch goes, as a profiled pass found it. */
#ifndef IB_ANALYSIS_TIME_BREAKDOWN_H
#define IB_ANALYSIS_TIME_BREAKDOWN_H

#include <jansson.h>
#include <stdbool.h>

enum ib_time_part { IB_TIME_TRANSFER, IB_TIME_SYNC, IB_TIME_COMPUTE, IB_TIME_LAUNCH, IB_TIME_PART_COUNT };
extern const char *const ib_time_part_names[IB_TIME_PART_COUNT]; /* "transfer", "sync", "compute", "launch" */

struct ib_time_breakdown {
    double ns[IB_TIME_PART_COUNT]; /* of one epoch; they add up to its median time */
};

/* False where the case has no profile; all parts are then NaN. */
bool ib_time_breakdown_of(const json_t *case_record, struct ib_time_breakdown *out);

#endif
