/* How to do one case of a run again. */
#ifndef IB_REPORT_REPRO_COMMAND_H
#define IB_REPORT_REPRO_COMMAND_H

#include "base/arena.h"
#include "store/run_record.h"

/* For a POSIX shell: `ironbench train …` with all that makes the case, or, where its data set is known to the
 * run's configuration alone, that configuration with a selection. */
const char *ib_repro_command(struct ib_arena *, const struct ib_run_record *,
                             const struct ib_case_record *case_record);

#endif
