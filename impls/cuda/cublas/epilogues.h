/* Layers as one product of cuBLASLt, whose epilogue adds the bias and applies the ReLU. */
#ifndef IB_CUDA_EPILOGUES_H
#define IB_CUDA_EPILOGUES_H

#include "cuda/device.h"

struct ib_cuda_epilogues;

/* Memory that products may use, and their precision in f32. */
struct ib_cuda_product_setting {
    void *workspace;
    size_t workspace_bytes;
    bool tf32;
};

/* Opens cuBLASLt. Returns NULL, with the reason in why[n], if it is not there or does not work; otherwise
 * why[n] is "", or says which epilogues are not used. */
struct ib_cuda_epilogues *ib_cuda_epilogues_open(struct ib_cuda *, const struct ib_cuda_product_setting *,
                                                 char *why, size_t n);
/* NULL: does nothing. */
void ib_cuda_epilogues_close(struct ib_cuda_epilogues *);

/* OUT = act(X W + row), as the contract's layer; no size is 0. IB_EUNSUPPORTED, without a reason: it must be
 * made otherwise. */
enum ib_status ib_cuda_epilogues_layer(struct ib_cuda_epilogues *, enum ib_act, const struct ib_view *x,
                                       const struct ib_view *w, const struct ib_view *row,
                                       const struct ib_view *out);

#endif
