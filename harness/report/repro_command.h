/* How to do one case of a run again. */
#ifndef IB_REPORT_REPRO_COMMAND_H
#define IB_REPORT_REPRO_COMMAND_H

#include "base/arena.h"

#include <jansson.h>

/* For a POSIX shell: `ironbench train …` with all that makes the case, or, where its data set is known to the
 * run's configuration alone, that configuration with a selection. */
const char *ib_repro_command(struct ib_arena *, const json_t *run, const json_t *case_record);

#endif
