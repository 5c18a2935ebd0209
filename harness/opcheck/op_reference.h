/* What the operations must answer, in long double, written independently of any implementation. */
#ifndef IB_OPCHECK_OP_REFERENCE_H
#define IB_OPCHECK_OP_REFERENCE_H

#include "opcheck/op_test.h"

void ib_expected_gemm(const struct ib_trial *, struct ib_expected *);
void ib_expected_add_row(const struct ib_trial *, struct ib_expected *);
void ib_expected_act(const struct ib_trial *, struct ib_expected *);
void ib_expected_act_grad(const struct ib_trial *, struct ib_expected *);
void ib_expected_loss_grad(const struct ib_trial *, struct ib_expected *);
void ib_expected_col_sum(const struct ib_trial *, struct ib_expected *);
void ib_expected_axpy(const struct ib_trial *, struct ib_expected *);

#endif
