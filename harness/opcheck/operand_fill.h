/* The operands of a test, the same in every run. */
#ifndef IB_OPCHECK_OPERAND_FILL_H
#define IB_OPCHECK_OPERAND_FILL_H

#include "opcheck/guarded_buffer.h"
#include "ops/op_case.h"

/* Sets the cells of operand `index`. */
void ib_fill_operand(struct ib_guarded *, const struct ib_op_test *, uint32_t index);

/* Returns a fill's name for messages, such as "a NaN"; "" for ordinary data. */
const char *ib_fill_name(enum ib_fill);

#endif
