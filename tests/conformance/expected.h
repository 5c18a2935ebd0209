/* What the operations must answer, in long double, written independently of any implementation. */
#ifndef EXPECTED_H
#define EXPECTED_H

#include "check.h"

void expected_gemm(const struct check *, struct matrix *);
void expected_add_row(const struct check *, struct matrix *);
void expected_act(const struct check *, struct matrix *);
void expected_act_grad(const struct check *, struct matrix *);
void expected_loss_grad(const struct check *, struct matrix *);
void expected_col_sum(const struct check *, struct matrix *);
void expected_axpy(const struct check *, struct matrix *);

#endif
