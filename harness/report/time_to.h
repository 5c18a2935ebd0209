/* Time to accuracy in words and a table. */
#ifndef IB_REPORT_TIME_TO_H
#define IB_REPORT_TIME_TO_H

#include "analysis/time_to.h"
#include "report/blocks.h"

/* A sentence, a table, and why some in it have no time; nothing for NULL. */
void ib_time_to_section(struct ib_blocks *, const struct ib_race *);

#endif
