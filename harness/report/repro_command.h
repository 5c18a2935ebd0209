/* The command that repeats one case of a run. */
#ifndef IB_REPORT_REPRO_COMMAND_H
#define IB_REPORT_REPRO_COMMAND_H

#include "base/arena.h"
#include "store/run_record.h"

/* Quoted for a POSIX shell: `ironbench train …` with the values of all axes; or `ironbench run` with a
 * selection, if only the run's configuration defines the data set, or if the case logs in timed passes. */
const char *ib_repro_command(struct ib_arena *, const struct ib_run_record *,
                             const struct ib_case_record *case_record);

/* The values of all axes as conditions for -s: "model=mlp,dataset=…". Options are not among them. */
const char *ib_case_conditions(struct ib_arena *, const struct ib_case_record *case_record);

#endif
