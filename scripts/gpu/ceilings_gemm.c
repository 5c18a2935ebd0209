#include "ceilings_gemm.h"

#include "measure.h"

#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* As that of cuda_cublas. */
enum { WORKSPACE_BYTES = 32 << 20 };

/* cuBLAS is loaded at run time, so that everything else can be measured without it. */
struct cublas {
    cublasHandle_t handle;
    __typeof__(cublasCreate_v2) *create;
    __typeof__(cublasSetStream_v2) *set_stream;
    __typeof__(cublasSetWorkspace_v2) *set_workspace;
    __typeof__(cublasSetMathMode) *set_math_mode;
    __typeof__(cublasSgemm_v2) *sgemm;
    __typeof__(cublasDgemm_v2) *dgemm;
    __typeof__(cublasGemmStridedBatchedEx) *gemm_ex;
};

struct product {
    const struct cublas *cublas;
    cudaStream_t stream;
    int size;
    void *a, *b, *c;
};

static bool product_f32(void *context)
{
    const struct product *p = context;
    const int n = p->size;
    const float one = 1, zero = 0;
    return p->cublas->sgemm(p->cublas->handle, CUBLAS_OP_N, CUBLAS_OP_N, n, n, n, &one, p->a, n, p->b, n,
                            &zero, p->c, n) == CUBLAS_STATUS_SUCCESS;
}

static bool product_f64(void *context)
{
    const struct product *p = context;
    const int n = p->size;
    const double one = 1, zero = 0;
    return p->cublas->dgemm(p->cublas->handle, CUBLAS_OP_N, CUBLAS_OP_N, n, n, n, &one, p->a, n, p->b, n,
                            &zero, p->c, n) == CUBLAS_STATUS_SUCCESS;
}

static bool product_of_halves(const struct product *p, cudaDataType type)
{
    const int n = p->size;
    const float one = 1, zero = 0;
    return p->cublas->gemm_ex(p->cublas->handle, CUBLAS_OP_N, CUBLAS_OP_N, n, n, n, &one, p->a, type, n, 0,
                              p->b, type, n, 0, &zero, p->c, CUDA_R_32F, n, 0, 1, CUBLAS_COMPUTE_32F,
                              CUBLAS_GEMM_DEFAULT) == CUBLAS_STATUS_SUCCESS;
}

static bool product_bf16(void *context)
{
    return product_of_halves(context, CUDA_R_16BF);
}

static bool product_fp16(void *context)
{
    return product_of_halves(context, CUDA_R_16F);
}

static void *find(void *library, const char *name, const char **missing)
{
    void *symbol = dlsym(library, name);
    if (symbol == NULL)
        *missing = name;
    return symbol;
}

static bool load(struct cublas *out, char *why, size_t n)
{
    char name[32];
    const char *missing = NULL;
    snprintf(name, sizeof name, "libcublas.so.%d", CUBLAS_VER_MAJOR);
    void *library = dlopen(name, RTLD_NOW);
    if (library == NULL) {
        snprintf(why, n, "%s", dlerror());
        return false;
    }
    *(void **)&out->create = find(library, "cublasCreate_v2", &missing);
    *(void **)&out->set_stream = find(library, "cublasSetStream_v2", &missing);
    *(void **)&out->set_workspace = find(library, "cublasSetWorkspace_v2", &missing);
    *(void **)&out->set_math_mode = find(library, "cublasSetMathMode", &missing);
    *(void **)&out->sgemm = find(library, "cublasSgemm_v2", &missing);
    *(void **)&out->dgemm = find(library, "cublasDgemm_v2", &missing);
    *(void **)&out->gemm_ex = find(library, "cublasGemmStridedBatchedEx", &missing);
    if (missing == NULL && out->create(&out->handle) == CUBLAS_STATUS_SUCCESS)
        return true;
    snprintf(why, n, "%s: %s", name, missing != NULL ? missing : "cublasCreate failed");
    return false;
}

/* Random numbers, as a GPU that multiplies zeros draws less power and runs faster. */
enum type { AS_HALVES, AS_F32, AS_F64 };

static bool fill(const struct product *p, void *device, enum type type)
{
    static const size_t sizes[] = {sizeof(uint16_t), sizeof(float), sizeof(double)};
    const size_t count = (size_t)p->size * (size_t)p->size, bytes = count * sizes[type];
    uint64_t state = 42;
    void *host = malloc(bytes);
    for (size_t i = 0; host != NULL && i < count; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const double value = (double)(state >> 11) / (double)(UINT64_C(1) << 52) - 1;
        if (type == AS_HALVES) /* bits of small numbers in bf16 as well as in fp16 */
            ((uint16_t *)host)[i] = (uint16_t)((state >> 63) << 15 | 0x3800 | (state >> 40 & 0x3ff));
        else if (type == AS_F32)
            ((float *)host)[i] = (float)value;
        else
            ((double *)host)[i] = value;
    }
    const bool ok = host != NULL &&
                    cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, p->stream) == cudaSuccess &&
                    cudaStreamSynchronize(p->stream) == cudaSuccess;
    free(host);
    return ok;
}

static double tflop_s(work_fn *work, struct product *product)
{
    return 2.0 * pow(product->size, 3) / measure_ns(work, product, 2) / 1e3;
}

/* The stream first, as setting it resets the workspace; then a wait for the set-up on the default stream. */
static bool prepare(struct product *p)
{
    const struct cublas *cublas = p->cublas;
    const size_t bytes = (size_t)p->size * (size_t)p->size * sizeof(double);
    void *workspace;
    return cudaMalloc(&p->a, bytes) == cudaSuccess && cudaMalloc(&p->b, bytes) == cudaSuccess &&
           cudaMalloc(&p->c, bytes) == cudaSuccess &&
           cudaMalloc(&workspace, WORKSPACE_BYTES) == cudaSuccess &&
           cublas->set_stream(cublas->handle, p->stream) == CUBLAS_STATUS_SUCCESS &&
           cublas->set_workspace(cublas->handle, workspace, WORKSPACE_BYTES) == CUBLAS_STATUS_SUCCESS &&
           cudaDeviceSynchronize() == cudaSuccess;
}

struct gemm_rates measure_gemm(int size, cudaStream_t stream, char *why, size_t n)
{
    struct cublas cublas = {0};
    struct product product = {.cublas = &cublas, .stream = stream, .size = size};
    struct gemm_rates rates = {NAN, NAN, NAN, NAN, NAN};
    if (!load(&cublas, why, n))
        return rates;
    if (!prepare(&product)) {
        snprintf(why, n, "no device memory for matrices, or cuBLAS refused its stream or workspace");
        return rates;
    }
    if (fill(&product, product.a, AS_F32) && fill(&product, product.b, AS_F32)) {
        rates.f32 = tflop_s(product_f32, &product);
        if (cublas.set_math_mode(cublas.handle, CUBLAS_TF32_TENSOR_OP_MATH) == CUBLAS_STATUS_SUCCESS)
            rates.tf32 = tflop_s(product_f32, &product);
    }
    if (fill(&product, product.a, AS_HALVES) && fill(&product, product.b, AS_HALVES)) {
        rates.bf16 = tflop_s(product_bf16, &product);
        rates.fp16 = tflop_s(product_fp16, &product);
    }
    if (fill(&product, product.a, AS_F64) && fill(&product, product.b, AS_F64))
        rates.f64 = tflop_s(product_f64, &product);
    return rates;
}
