#include "run/train_loss.h"

#include "oracle/oracle.h"

#include <math.h>

static enum ib_status open_rows(struct ib_workspace *work, const struct ib_case *c, struct ib_train_rows *out)
{
    const struct ib_prepared *exact;
    const char *order;
    IB_TRY(ib_workspace_prepare(work, c, ib_workspace_exact_type(&c->spec), &exact));
    IB_TRY(ib_workspace_order(work, c, &order));
    IB_TRY(ib_npy_open(exact->x, &out->x));
    IB_TRY(ib_npy_open(exact->y, &out->y));
    return order ? ib_npy_open(order, &out->order) : IB_OK;
}

bool ib_train_rows_open(struct ib_workspace *work, const struct ib_case *c, struct ib_train_rows *out)
{
    *out = (struct ib_train_rows){0};
    if (open_rows(work, c, out) == IB_OK)
        return true;
    ib_train_rows_close(out);
    return false;
}

void ib_train_rows_close(struct ib_train_rows *rows)
{
    ib_npy_close(&rows->x);
    ib_npy_close(&rows->y);
    ib_npy_close(&rows->order);
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
