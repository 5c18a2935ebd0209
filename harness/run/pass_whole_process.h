/* Runs of the whole process. */
#ifndef IB_RUN_PASS_WHOLE_PROCESS_H
#define IB_RUN_PASS_WHOLE_PROCESS_H

#include "run/pass_context.h"

/* Times one run of the whole process with hyperfine, from start to exit, after `warmup` untimed runs; its
 * answer must repeat that of the checked pass. */
void ib_pass_process(const struct ib_pass_context *, const struct ib_case *, uint64_t run, uint64_t warmup,
                     const struct ib_final *checked, struct ib_arena *, struct ib_process_pass *out);

#endif
