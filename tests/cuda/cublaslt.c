/* As much of cuBLASLt as cuda_cublas uses, on the mock runtime: products in f32 with the epilogues bias, and
 * bias and ReLU. It takes no algorithm that was not chosen for the very problem, and no address that is less
 * aligned than the algorithm may rely on. */
#include "mock.h"

#include <cublasLt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct product {
    cublasComputeType_t compute;
    cublasLtEpilogue_t epilogue;
    const void *bias;
};

struct layout {
    uint64_t rows, cols;
    int64_t ld;
};

enum { A, B, C, D, MATRICES };

struct preference {
    uint64_t workspace_bytes;
    uint32_t aligned[MATRICES];
};

/* An algorithm's bytes. */
struct algorithm {
    uint64_t m, n, k;
    uint32_t epilogue, compute, aligned[MATRICES];
    uint64_t workspace_bytes;
};
_Static_assert(sizeof(struct algorithm) <= sizeof(cublasLtMatmulAlgo_t), "as large as the real one");

/* ---- descriptions ---- */

cublasStatus_t cublasLtCreate(cublasLtHandle_t *handle)
{
    if (mock_ready_outside_recording() != cudaSuccess || mock_asked_for("no_lt"))
        return CUBLAS_STATUS_NOT_INITIALIZED;
    *handle = calloc(1, 1);
    mock_count_handles(1);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle)
{
    free(handle);
    mock_count_handles(-1);
    return CUBLAS_STATUS_SUCCESS;
}

const char *cublasLtGetStatusName(cublasStatus_t status)
{
    return status == CUBLAS_STATUS_NOT_INITIALIZED ? "CUBLAS_STATUS_NOT_INITIALIZED"
                                                   : "a failure of the mock";
}

static void *new_object(const void *value, size_t bytes)
{
    void *object = malloc(bytes);
    if (object == NULL)
        abort();
    memcpy(object, value, bytes);
    mock_count_handles(1);
    return object;
}

static cublasStatus_t drop_object(void *object)
{
    free(object);
    mock_count_handles(-1);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t *out, cublasComputeType_t compute,
                                        cudaDataType_t scale)
{
    const struct product product = {.compute = compute, .epilogue = CUBLASLT_EPILOGUE_DEFAULT};
    if (scale != CUDA_R_32F || (compute != CUBLAS_COMPUTE_32F && compute != CUBLAS_COMPUTE_32F_FAST_TF32))
        return CUBLAS_STATUS_NOT_SUPPORTED;
    *out = new_object(&product, sizeof product);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t product)
{
    return drop_object(product);
}

cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t desc,
                                              cublasLtMatmulDescAttributes_t attribute, const void *value,
                                              size_t bytes)
{
    struct product *product = (struct product *)desc;
    if (attribute == CUBLASLT_MATMUL_DESC_EPILOGUE && bytes == sizeof product->epilogue)
        memcpy(&product->epilogue, value, bytes);
    else if (attribute == CUBLASLT_MATMUL_DESC_BIAS_POINTER && bytes == sizeof product->bias)
        memcpy(&product->bias, value, bytes);
    else
        return CUBLAS_STATUS_NOT_SUPPORTED;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t *out, cudaDataType type, uint64_t rows,
                                          uint64_t cols, int64_t ld)
{
    const struct layout layout = {rows, cols, ld};
    if (type != CUDA_R_32F || rows == 0 || cols == 0 || ld < (int64_t)rows)
        return CUBLAS_STATUS_INVALID_VALUE;
    *out = new_object(&layout, sizeof layout);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout)
{
    return drop_object(layout);
}

/* ---- algorithms ---- */

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t *out)
{
    const struct preference preference = {0, {256, 256, 256, 256}};
    *out = new_object(&preference, sizeof preference);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference)
{
    return drop_object(preference);
}

cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t set,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void *value, size_t bytes)
{
    struct preference *preference = (struct preference *)set;
    const int matrix = (int)attribute - CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES;
    if (attribute == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES && bytes == sizeof preference->workspace_bytes)
        memcpy(&preference->workspace_bytes, value, bytes);
    else if (matrix >= A && matrix <= D && bytes == sizeof *preference->aligned)
        memcpy(&preference->aligned[matrix], value, bytes);
    else
        return CUBLAS_STATUS_NOT_SUPPORTED;
    return CUBLAS_STATUS_SUCCESS;
}

static bool fit(const struct layout *a, const struct layout *b, const struct layout *c)
{
    return a->rows == c->rows && a->cols == b->rows && b->cols == c->cols;
}

static struct algorithm algorithm_for(const struct product *p, const struct layout *a, const struct layout *b)
{
    return (struct algorithm){.m = a->rows,
                              .n = b->cols,
                              .k = a->cols,
                              .epilogue = (uint32_t)p->epilogue,
                              .compute = (uint32_t)p->compute};
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t desc,
                                              cublasLtMatrixLayout_t a_, cublasLtMatrixLayout_t b_,
                                              cublasLtMatrixLayout_t c_, cublasLtMatrixLayout_t d_,
                                              cublasLtMatmulPreference_t set, int wanted,
                                              cublasLtMatmulHeuristicResult_t out[], int *count)
{
    const struct product *p = (const struct product *)desc;
    const struct layout *a = (const struct layout *)a_, *b = (const struct layout *)b_;
    const struct preference *preference = (const struct preference *)set;
    const bool known = p->epilogue == CUBLASLT_EPILOGUE_BIAS || p->epilogue == CUBLASLT_EPILOGUE_RELU_BIAS;
    *count = 0;
    if (handle == NULL || wanted < 1 || c_ != d_ || !fit(a, b, (const struct layout *)c_))
        return CUBLAS_STATUS_INVALID_VALUE;
    if (!known || a->cols >= mock_number_of("lt_terms", UINT64_MAX))
        return CUBLAS_STATUS_NOT_SUPPORTED;
    struct algorithm chosen = algorithm_for(p, a, b);
    memcpy(chosen.aligned, preference->aligned, sizeof chosen.aligned);
    chosen.workspace_bytes = preference->workspace_bytes;
    memset(&out[0], 0, sizeof out[0]);
    memcpy(&out[0].algo, &chosen, sizeof chosen);
    *count = 1;
    return CUBLAS_STATUS_SUCCESS;
}

/* ---- products, by columns ---- */

struct queued {
    struct algorithm algorithm;
    const void *a, *b, *bias;
    void *d;
    int64_t lda, ldb, ldd;
    float alpha;
    bool drops_nan;
};

static size_t extent(uint64_t rows, uint64_t cols, int64_t ld)
{
    return ((cols - 1) * (size_t)ld + rows) * sizeof(float);
}

static float element(const struct queued *q, const float *a, const float *b, uint64_t i, uint64_t j)
{
    const bool tf32 = q->algorithm.compute == CUBLAS_COMPUTE_32F_FAST_TF32;
    float sum = 0;
    for (uint64_t l = 0; l < q->algorithm.k; l++) {
        const float left = a[i + l * (uint64_t)q->lda], right = b[l + j * (uint64_t)q->ldb];
        sum += tf32 ? mock_to_tf32(left) * mock_to_tf32(right) : left * right;
    }
    return q->alpha * sum;
}

static cudaError_t run(void *args)
{
    const struct queued *q = args;
    const uint64_t m = q->algorithm.m, n = q->algorithm.n, k = q->algorithm.k;
    const float *a = mock_memory_find(q->a, extent(m, k, q->lda)),
                *b = mock_memory_find(q->b, extent(k, n, q->ldb)),
                *bias = mock_memory_find(q->bias, m * sizeof *bias);
    float *d = mock_memory_find(q->d, extent(m, n, q->ldd));
    if (a == NULL || b == NULL || bias == NULL || d == NULL)
        return cudaErrorIllegalAddress;
    for (uint64_t j = 0; j < n; j++)
        for (uint64_t i = 0; i < m; i++) {
            float value = element(q, a, b, i, j) + bias[i];
            if (q->algorithm.epilogue == CUBLASLT_EPILOGUE_RELU_BIAS)
                value = q->drops_nan ? fmaxf(value, 0) : value < 0 ? 0 : value;
            d[i + j * (uint64_t)q->ldd] = value;
        }
    return cudaSuccess;
}

/* The algorithm is that of this problem, and relies on nothing that is not so. */
static bool suits(const struct algorithm *chosen, const struct algorithm *needed,
                  const void *const at[MATRICES], size_t workspace_bytes)
{
    bool aligned = true;
    for (int matrix = 0; matrix < MATRICES; matrix++)
        aligned = aligned && (uintptr_t)at[matrix] % chosen->aligned[matrix] == 0;
    return aligned && chosen->m == needed->m && chosen->n == needed->n && chosen->k == needed->k &&
           chosen->epilogue == needed->epilogue && chosen->compute == needed->compute &&
           workspace_bytes >= chosen->workspace_bytes;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t desc, const void *alpha,
                              const void *a, cublasLtMatrixLayout_t a_layout, const void *b,
                              cublasLtMatrixLayout_t b_layout, const void *beta, const void *c,
                              cublasLtMatrixLayout_t c_layout, void *d, cublasLtMatrixLayout_t d_layout,
                              const cublasLtMatmulAlgo_t *algo, void *workspace, size_t workspace_bytes,
                              cudaStream_t stream)
{
    const struct product *p = (const struct product *)desc;
    const struct layout *la = (const struct layout *)a_layout, *lb = (const struct layout *)b_layout;
    struct queued q = {.a = a,
                       .b = b,
                       .bias = p->bias,
                       .d = d,
                       .lda = la->ld,
                       .ldb = lb->ld,
                       .ldd = ((const struct layout *)d_layout)->ld,
                       .alpha = *(const float *)alpha,
                       .drops_nan = mock_asked_for("lt_drops_nan")};
    const struct algorithm needed = algorithm_for(p, la, lb);
    memcpy(&q.algorithm, algo, sizeof q.algorithm);
    if (handle == NULL || stream == NULL || *(const float *)beta != 0 || c != d || c_layout != d_layout ||
        !suits(&q.algorithm, &needed, (const void *const[]){a, b, c, d}, workspace_bytes) ||
        mock_memory_find(workspace, workspace_bytes) == NULL)
        return CUBLAS_STATUS_INVALID_VALUE;
    if (mock_ready() != cudaSuccess)
        return CUBLAS_STATUS_EXECUTION_FAILED;
    return mock_enqueue(run, &q, sizeof q) == cudaSuccess ? CUBLAS_STATUS_SUCCESS
                                                          : CUBLAS_STATUS_EXECUTION_FAILED;
}
