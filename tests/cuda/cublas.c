/* cuBLAS on the mock runtime: plain loops in the order of columns. Of what BLAS leaves open it does the
 * worst: sums are in the type itself and in plain order, a product over nothing leaves C alone, and nothing
 * is read where alpha is 0. It refuses to work without a workspace of the caller's, which is what makes the
 * real one deterministic, and before somebody has waited for what its handle began on the default stream. */
#include "mock.h"

#include <cublas_v2.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct cublasContext {
    cudaStream_t stream;
    const void *workspace;
    cublasMath_t mode;
};

/* ---- the handle ---- */

cublasStatus_t cublasCreate_v2(cublasHandle_t *handle)
{
    if (mock_ready_outside_recording() != cudaSuccess)
        return CUBLAS_STATUS_NOT_INITIALIZED;
    if (mock_asked_for("no_blas"))
        return CUBLAS_STATUS_ALLOC_FAILED;
    *handle = calloc(1, sizeof **handle);
    if (*handle == NULL)
        return CUBLAS_STATUS_ALLOC_FAILED;
    mock_count_handles(1);
    mock_default_begin(); /* uploads internal tables */
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy_v2(cublasHandle_t handle)
{
    free(handle);
    mock_count_handles(-1);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasGetVersion_v2(cublasHandle_t handle, int *version)
{
    (void)handle;
    *version = CUBLAS_VERSION;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream)
{
    handle->stream = stream;
    handle->workspace = NULL;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void *workspace, size_t bytes)
{
    if (mock_memory_find(workspace, bytes) == NULL)
        return CUBLAS_STATUS_INVALID_VALUE;
    handle->workspace = workspace;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode)
{
    handle->mode = mode;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetPointerMode_v2(cublasHandle_t handle, cublasPointerMode_t mode)
{
    (void)handle;
    return mode == CUBLAS_POINTER_MODE_HOST ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

const char *cublasGetStatusName(cublasStatus_t status)
{
    switch (status) {
    case CUBLAS_STATUS_SUCCESS:
        return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
        return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_ALLOC_FAILED:
        return "CUBLAS_STATUS_ALLOC_FAILED";
    case CUBLAS_STATUS_INVALID_VALUE:
        return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_EXECUTION_FAILED:
        return "CUBLAS_STATUS_EXECUTION_FAILED";
    default:
        return "CUBLAS_STATUS_INTERNAL_ERROR";
    }
}

const char *cublasGetStatusString(cublasStatus_t status)
{
    return status == CUBLAS_STATUS_SUCCESS ? "success" : "the mock refused";
}

/* ---- products: C = alpha op(A) op(B) + beta C, by columns; a column is a matrix of its own ---- */

struct operand {
    const void *at;
    long long next_row, next_col, step; /* in elements; step: to the same of the next product */
};

/* How factors lie in memory. */
enum factors { F32, F64, TF32, BF16, FP16 };

struct products {
    enum factors factors;
    int m, n, k, batch;
    double alpha, beta;
    struct operand a, b, c;
};

static float of_bf16(uint16_t half)
{
    const uint32_t bits = (uint32_t)half << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float of_fp16(uint16_t half)
{
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    const float size = exponent == 31 ? (fraction ? NAN : INFINITY)
                       : exponent     ? ldexpf((float)(1024 + fraction), exponent - 25)
                                      : ldexpf((float)fraction, -24);
    return half & 0x8000 ? -size : size;
}

/* Element i of factors that are not in f64. */
static float factor(const struct products *p, const void *from, long long i)
{
    switch (p->factors) {
    case BF16:
        return of_bf16(((const uint16_t *)from)[i]);
    case FP16:
        return of_fp16(((const uint16_t *)from)[i]);
    case TF32:
        return mock_to_tf32(((const float *)from)[i]);
    default:
        return ((const float *)from)[i];
    }
}

static float dot_f32(const struct products *p, const void *a, const void *b)
{
    float sum = 0;
    for (long long l = 0; l < p->k; l++)
        sum += factor(p, a, l * p->a.next_col) * factor(p, b, l * p->b.next_row);
    return sum;
}

static size_t factor_bytes(const struct products *p)
{
    return p->factors == F64 ? sizeof(double) : p->factors == BF16 || p->factors == FP16 ? 2 : sizeof(float);
}

static double dot_f64(const struct products *p, const double *a, const double *b)
{
    double sum = 0;
    for (long long l = 0; l < p->k; l++)
        sum += a[l * p->a.next_col] * b[l * p->b.next_row];
    return sum;
}

static void element(const struct products *p, const void *a, const void *b, void *c, long long i, long long j)
{
    const long long bytes = (long long)factor_bytes(p), at_c = i * p->c.next_row + j * p->c.next_col;
    const void *row = (const char *)a + i * p->a.next_row * bytes;
    const void *col = (const char *)b + j * p->b.next_col * bytes;
    if (p->factors == F64) {
        double *to = (double *)c + at_c;
        const double old = p->beta == 0 ? 0 : p->beta * *to;
        *to = old + (p->alpha == 0 ? 0 : p->alpha * dot_f64(p, row, col));
    } else {
        float *to = (float *)c + at_c;
        const float alpha = (float)p->alpha, beta = (float)p->beta, old = beta == 0 ? 0 : beta * *to;
        *to = old + (alpha == 0 ? 0 : alpha * dot_f32(p, row, col));
    }
}

/* The bytes from an operand's first element to behind its last. */
static size_t extent(const struct products *p, const struct operand *o, size_t bytes, int rows, int cols)
{
    const long long elements =
        (p->batch - 1) * o->step + (rows - 1) * o->next_row + (cols - 1) * o->next_col + 1;
    return (size_t)elements * bytes;
}

static cudaError_t run(void *queued)
{
    const struct products *p = queued;
    if (p->m == 0 || p->n == 0 || p->k == 0)
        return cudaSuccess;
    const size_t bytes = factor_bytes(p), c_bytes = p->factors == F64 ? sizeof(double) : sizeof(float);
    const char *a = mock_memory_find(p->a.at, extent(p, &p->a, bytes, p->m, p->k));
    const char *b = mock_memory_find(p->b.at, extent(p, &p->b, bytes, p->k, p->n));
    char *c = mock_memory_find(p->c.at, extent(p, &p->c, c_bytes, p->m, p->n));
    if (a == NULL || b == NULL || c == NULL)
        return cudaErrorIllegalAddress;
    for (size_t q = 0; q < (size_t)p->batch; q++)
        for (long long j = 0; j < p->n; j++)
            for (long long i = 0; i < p->m; i++)
                element(p, a + q * (size_t)p->a.step * bytes, b + q * (size_t)p->b.step * bytes,
                        c + q * (size_t)p->c.step * c_bytes, i, j);
    return cudaSuccess;
}

static cublasStatus_t queue(cublasHandle_t handle, struct products p)
{
    if (handle->stream == NULL || handle->workspace == NULL || mock_default_busy())
        return CUBLAS_STATUS_INTERNAL_ERROR;
    if (mock_ready() != cudaSuccess)
        return CUBLAS_STATUS_EXECUTION_FAILED;
    if (p.factors == F32 && handle->mode == CUBLAS_TF32_TENSOR_OP_MATH)
        p.factors = TF32;
    return mock_enqueue(run, &p, sizeof p) == cudaSuccess ? CUBLAS_STATUS_SUCCESS
                                                          : CUBLAS_STATUS_EXECUTION_FAILED;
}

static struct operand matrix(const void *at, cublasOperation_t op, int ld, long long step)
{
    return (struct operand){at, op == CUBLAS_OP_N ? 1 : ld, op == CUBLAS_OP_N ? ld : 1, step};
}

/* An operand of `rows` rows once op is done needs so large a leading dimension at least. */
static bool leads(int ld, cublasOperation_t op, int rows, int cols)
{
    const int least = op == CUBLAS_OP_N ? rows : cols;
    return ld >= (least > 1 ? least : 1);
}

#define GEMM(name, type, in_memory)                                                                          \
    cublasStatus_t name##StridedBatched(cublasHandle_t h, cublasOperation_t op_a, cublasOperation_t op_b,    \
                                        int m, int n, int k, const type *alpha, const type *a, int lda,      \
                                        long long step_a, const type *b, int ldb, long long step_b,          \
                                        const type *beta, type *c, int ldc, long long step_c, int batch)     \
    {                                                                                                        \
        if (m < 0 || n < 0 || k < 0 || batch < 0 || !leads(lda, op_a, m, k) || !leads(ldb, op_b, k, n) ||    \
            !leads(ldc, CUBLAS_OP_N, m, n))                                                                  \
            return CUBLAS_STATUS_INVALID_VALUE;                                                              \
        return queue(h, (struct products){in_memory, m, n, k, batch, *alpha, *beta,                          \
                                          matrix(a, op_a, lda, step_a), matrix(b, op_b, ldb, step_b),        \
                                          matrix(c, CUBLAS_OP_N, ldc, step_c)});                             \
    }                                                                                                        \
    cublasStatus_t name##_v2(cublasHandle_t h, cublasOperation_t op_a, cublasOperation_t op_b, int m, int n, \
                             int k, const type *alpha, const type *a, int lda, const type *b, int ldb,       \
                             const type *beta, type *c, int ldc)                                             \
    {                                                                                                        \
        return name##StridedBatched(h, op_a, op_b, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0,    \
                                    1);                                                                      \
    }

/* Factors in 16 bits, sums and C in f32: no others are mocked. */
cublasStatus_t cublasGemmStridedBatchedEx(cublasHandle_t h, cublasOperation_t op_a, cublasOperation_t op_b,
                                          int m, int n, int k, const void *alpha, const void *a,
                                          cudaDataType type_a, int lda, long long step_a, const void *b,
                                          cudaDataType type_b, int ldb, long long step_b, const void *beta,
                                          void *c, cudaDataType type_c, int ldc, long long step_c, int batch,
                                          cublasComputeType_t compute, cublasGemmAlgo_t algorithm)
{
    if ((type_a != CUDA_R_16BF && type_a != CUDA_R_16F) || type_b != type_a || type_c != CUDA_R_32F ||
        compute != CUBLAS_COMPUTE_32F || algorithm != CUBLAS_GEMM_DEFAULT)
        return CUBLAS_STATUS_NOT_SUPPORTED;
    if (m < 0 || n < 0 || k < 0 || batch < 0 || !leads(lda, op_a, m, k) || !leads(ldb, op_b, k, n) ||
        !leads(ldc, CUBLAS_OP_N, m, n))
        return CUBLAS_STATUS_INVALID_VALUE;
    return queue(h, (struct products){type_a == CUDA_R_16BF ? BF16 : FP16, m, n, k, batch,
                                      (double)*(const float *)alpha, (double)*(const float *)beta,
                                      matrix(a, op_a, lda, step_a), matrix(b, op_b, ldb, step_b),
                                      matrix(c, CUBLAS_OP_N, ldc, step_c)});
}

/* m and n are those of A as it lies in memory. */
#define GEMV(name, type, in_memory)                                                                          \
    cublasStatus_t name##StridedBatched(cublasHandle_t h, cublasOperation_t op, int m, int n,                \
                                        const type *alpha, const type *a, int lda, long long step_a,         \
                                        const type *x, int x_next, long long step_x, const type *beta,       \
                                        type *y, int y_next, long long step_y, int batch)                    \
    {                                                                                                        \
        const int rows = op == CUBLAS_OP_N ? m : n, terms = op == CUBLAS_OP_N ? n : m;                       \
        if (m < 0 || n < 0 || batch < 0 || !leads(lda, CUBLAS_OP_N, m, n) || x_next <= 0 || y_next <= 0)     \
            return CUBLAS_STATUS_INVALID_VALUE;                                                              \
        return queue(h, (struct products){in_memory,                                                         \
                                          rows,                                                              \
                                          1,                                                                 \
                                          terms,                                                             \
                                          batch,                                                             \
                                          *alpha,                                                            \
                                          *beta,                                                             \
                                          matrix(a, op, lda, step_a),                                        \
                                          {x, x_next, 0, step_x},                                            \
                                          {y, y_next, 0, step_y}});                                          \
    }                                                                                                        \
    cublasStatus_t name##_v2(cublasHandle_t h, cublasOperation_t op, int m, int n, const type *alpha,        \
                             const type *a, int lda, const type *x, int x_next, const type *beta, type *y,   \
                             int y_next)                                                                     \
    {                                                                                                        \
        return name##StridedBatched(h, op, m, n, alpha, a, lda, 0, x, x_next, 0, beta, y, y_next, 0, 1);     \
    }

GEMM(cublasSgemm, float, F32)
GEMM(cublasDgemm, double, F64)
GEMV(cublasSgemv, float, F32)
GEMV(cublasDgemv, double, F64)
