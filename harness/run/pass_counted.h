/* The counted pass: the instructions of a training, which show a change that no clock can. */
#ifndef IB_RUN_PASS_COUNTED_H
#define IB_RUN_PASS_COUNTED_H

#include "run/pass_context.h"

/* Counts by the processor where the kernel allows it, else under valgrind, if it is installed; of as many
 * epochs as the work of one allows, whoever counts and whenever. All unknown unless measure->instructions.
 * Texts are in the arena. */
void ib_pass_counted(const struct ib_pass_context *, const struct ib_case *, struct ib_arena *,
                     struct ib_instruction_record *out);

#endif
