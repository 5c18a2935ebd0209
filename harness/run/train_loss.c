#include "run/train_loss.h"

#include "oracle/oracle.h"

#include <math.h>

bool ib_train_rows_open(struct ib_workspace *work, const struct ib_case *c, struct ib_train_rows *out)
{
    const struct ib_prepared *exact;
    if (ib_workspace_prepare(work, c, ib_workspace_exact_type(&c->spec), &exact) != IB_OK ||
        ib_npy_open(exact->x, &out->x) != IB_OK)
        return false;
    if (ib_npy_open(exact->y, &out->y) == IB_OK)
        return true;
    ib_npy_close(&out->x);
    return false;
}

void ib_train_rows_close(struct ib_train_rows *rows)
{
    ib_npy_close(&rows->x);
    ib_npy_close(&rows->y);
}

double ib_train_loss(struct ib_workspace *work, const struct ib_case *c, const double *params)
{
    struct ib_train_rows rows;
    struct ib_oracle_problem problem = {.spec = c->spec, .params = params};
    if (!ib_train_rows_open(work, c, &rows))
        return NAN;
    ib_oracle_use_rows(&problem, &rows.x, &rows.y);
    const double loss = ib_oracle_problem_loss(&problem);
    ib_train_rows_close(&rows);
    return loss;
}
