/* What the operations must answer, in long double, written independently of any implementation. */
#ifndef IB_OPCHECK_OP_REFERENCE_H
#define IB_OPCHECK_OP_REFERENCE_H

#include "opcheck/op_test.h"

void ib_op_reference_gemm(const struct ib_op_test *, struct ib_expected *);
void ib_op_reference_add_row(const struct ib_op_test *, struct ib_expected *);
void ib_op_reference_act(const struct ib_op_test *, struct ib_expected *);
void ib_op_reference_act_grad(const struct ib_op_test *, struct ib_expected *);
void ib_op_reference_loss_grad(const struct ib_op_test *, struct ib_expected *);
void ib_op_reference_col_sum(const struct ib_op_test *, struct ib_expected *);
void ib_op_reference_axpy(const struct ib_op_test *, struct ib_expected *);

#endif
