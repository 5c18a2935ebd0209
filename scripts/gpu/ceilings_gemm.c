#include "ceilings_gemm.h"

#include "measure.h"

#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 8192 };

/* cuBLAS is loaded at run time, so that everything else can be measured without it. */
struct cublas {
    cublasHandle_t handle;
    __typeof__(cublasCreate_v2) *create;
    __typeof__(cublasSetMathMode) *set_math_mode;
    __typeof__(cublasSgemm_v2) *sgemm;
    __typeof__(cublasDgemm_v2) *dgemm;
    __typeof__(cublasGemmEx) *gemm_ex;
};

struct product {
    const struct cublas *cublas;
    void *a, *b, *c;
};

static bool product_f32(void *context)
{
    const struct product *p = context;
    const float one = 1, zero = 0;
    return p->cublas->sgemm(p->cublas->handle, CUBLAS_OP_N, CUBLAS_OP_N, N, N, N, &one, p->a, N, p->b, N,
                            &zero, p->c, N) == CUBLAS_STATUS_SUCCESS;
}

static bool product_f64(void *context)
{
    const struct product *p = context;
    const double one = 1, zero = 0;
    return p->cublas->dgemm(p->cublas->handle, CUBLAS_OP_N, CUBLAS_OP_N, N, N, N, &one, p->a, N, p->b, N,
                            &zero, p->c, N) == CUBLAS_STATUS_SUCCESS;
}

static bool product_of_halves(const struct product *p, cudaDataType type)
{
    const float one = 1, zero = 0;
    return p->cublas->gemm_ex(p->cublas->handle, CUBLAS_OP_N, CUBLAS_OP_N, N, N, N, &one, p->a, type, N, p->b,
                              type, N, &zero, p->c, CUDA_R_32F, N, CUBLAS_COMPUTE_32F,
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
    *(void **)&out->set_math_mode = find(library, "cublasSetMathMode", &missing);
    *(void **)&out->sgemm = find(library, "cublasSgemm_v2", &missing);
    *(void **)&out->dgemm = find(library, "cublasDgemm_v2", &missing);
    *(void **)&out->gemm_ex = find(library, "cublasGemmEx", &missing);
    if (missing == NULL && out->create(&out->handle) == CUBLAS_STATUS_SUCCESS)
        return true;
    snprintf(why, n, "%s: %s", name, missing != NULL ? missing : "cublasCreate failed");
    return false;
}

/* Random numbers, as a GPU that multiplies zeros draws less power and runs faster. */
enum type { AS_HALVES, AS_F32, AS_F64 };

static bool fill(void *device, enum type type)
{
    static const size_t sizes[] = {sizeof(uint16_t), sizeof(float), sizeof(double)};
    const size_t count = (size_t)N * N, bytes = count * sizes[type];
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
    const bool ok = host != NULL && cudaMemcpy(device, host, bytes, cudaMemcpyHostToDevice) == cudaSuccess;
    free(host);
    return ok;
}

static double tflop_s(work_fn *work, struct product *product)
{
    return 2.0 * N * N * N / measure_ns(work, product, 2) / 1e3;
}

struct gemm_rates measure_gemm(char *why, size_t n)
{
    struct cublas cublas = {0};
    struct product product = {.cublas = &cublas};
    struct gemm_rates rates = {NAN, NAN, NAN, NAN, NAN};
    const size_t bytes = (size_t)N * N * sizeof(double);
    if (!load(&cublas, why, n))
        return rates;
    if (cudaMalloc(&product.a, bytes) != cudaSuccess || cudaMalloc(&product.b, bytes) != cudaSuccess ||
        cudaMalloc(&product.c, bytes) != cudaSuccess) {
        snprintf(why, n, "no device memory for matrices");
        return rates;
    }
    if (fill(product.a, AS_F32) && fill(product.b, AS_F32)) {
        rates.f32 = tflop_s(product_f32, &product);
        if (cublas.set_math_mode(cublas.handle, CUBLAS_TF32_TENSOR_OP_MATH) == CUBLAS_STATUS_SUCCESS)
            rates.tf32 = tflop_s(product_f32, &product);
    }
    if (fill(product.a, AS_HALVES) && fill(product.b, AS_HALVES)) {
        rates.bf16 = tflop_s(product_bf16, &product);
        rates.fp16 = tflop_s(product_fp16, &product);
    }
    if (fill(product.a, AS_F64) && fill(product.b, AS_F64))
        rates.f64 = tflop_s(product_f64, &product);
    return rates;
}
