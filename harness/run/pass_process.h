/* The runs of a whole process. */
#ifndef IB_RUN_PASS_PROCESS_H
#define IB_RUN_PASS_PROCESS_H

#include "run/pass_context.h"

/* One run of the whole process, from its start to its exit, timed by hyperfine; its answer must be that of
 * the checked pass. Before the first, `warmup` runs that are not looked at. */
void ib_pass_process(const struct ib_pass_context *, const struct ib_case *, uint64_t run, uint64_t warmup,
                     const struct ib_final *checked, struct ib_arena *, struct ib_process_pass *out);

#endif
