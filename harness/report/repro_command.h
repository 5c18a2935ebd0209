/* The command that repeats one case of a run. */
#ifndef IB_REPORT_REPRO_COMMAND_H
#define IB_REPORT_REPRO_COMMAND_H

#include "base/arena.h"
#include "store/run_record.h"

/* Whether ironbench comes with the data set; else only the run's configuration defines it. Reads folders: ask
 * once for all cases of a data set. */
bool ib_is_shipped(const char *dataset);

/* Quoted for a POSIX shell: `ironbench train …` with the values of all axes; or `ironbench run` with a
 * selection, if the data set is not shipped, or if the case logs in timed passes. */
const char *ib_repro_command(struct ib_arena *, const struct ib_run_record *,
                             const struct ib_case_record *case_record, bool shipped);

/* The values of all axes as conditions for -s: "model=mlp,dataset=…". Options are not among them. */
const char *ib_case_conditions(struct ib_arena *, const struct ib_case_record *case_record);

#endif
