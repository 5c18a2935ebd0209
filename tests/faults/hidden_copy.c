#include "fault.h"

#include <stdlib.h>

static enum ib_status there_and_back(void *state, const struct ib_view *m)
{
    const size_t element = m->type == IB_F32 ? sizeof(float) : sizeof(double);
    const size_t bytes = m->rows == 0 ? 0 : ((m->rows - 1) * m->ld + m->cols) * element;
    void *host = malloc(bytes + 1);
    if (host == NULL)
        return IB_ENOMEM;
    enum ib_status status = ib_impl_fakedev.mem->d2h(state, host, m->p, bytes);
    if (status == IB_OK)
        status = ib_impl_fakedev.mem->h2d(state, m->p, host, bytes);
    free(host);
    return status;
}

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    IB_TRY(there_and_back(state, a));
    return ib_impl_fakedev.ops->gemm(state, transpose_a, transpose_b, alpha, a, b, beta, c);
}

void fault_hidden_copy(struct fault *fault)
{
    fault->ops.gemm = gemm;
}
