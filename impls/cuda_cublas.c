/* cuda_cublas: products with cuBLAS, the rest with the kernels of cuda_naive and joined ones. It is a
 * separate plugin because cuBLAS takes time and memory to load. */
#include "cuda/cublas/blas.h"

#include "constants.inc"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NVIDIA's recommendation for its largest devices. */
enum { WORKSPACE_BYTES = 32 << 20 };

/* 32 MiB of factors in 16 bits: little memory, and enough work to keep a device busy. */
enum { PIECE_ELEMENTS = 16 << 20 };

/* ---- opening and closing ---- */

/* These variables replace products by emulated ones (cuBLAS 13), without a word in the record. */
static enum ib_status check_emulation(const struct ib_host *host)
{
    static const char *const names[] = {"CUBLAS_EMULATE_SINGLE_PRECISION", "CUBLAS_EMULATE_DOUBLE_PRECISION"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0' && strcmp(value, "0") != 0)
            return host->fail(host, IB_EUNAVAILABLE, "%s=%s replaces the products by emulated ones; unset it",
                              names[i], value);
    }
    return IB_OK;
}

/* The option `tf32` is older than `products`, and changes nothing if that asks for a reduced precision, too.
 */
static const char *products_of(const struct ib_host *host)
{
    const char *products = host->option_text(host, "products");
    return host->option_bool(host, "tf32") && strcmp(products, "f32") == 0 ? "tf32" : products;
}

/* This variable overrides the math mode of every handle, so the recorded option could differ from what ran.
 */
static enum ib_status check_override(const struct ib_host *host, const char *products)
{
    const char *forced = getenv("NVIDIA_TF32_OVERRIDE");
    const char *refused = forced != NULL && strcmp(forced, "0") == 0 ? "tf32" : "f32";
    if (forced == NULL || forced[0] == '\0' || strcmp(products, refused) != 0)
        return IB_OK;
    return host->fail(host, IB_EUNAVAILABLE,
                      "NVIDIA_TF32_OVERRIDE=%s overrides the products, which are in %s; unset it", forced,
                      products);
}

/* cuBLAS gives the same bits in every run on the same GPU if only one stream at a time uses a workspace and
 * atomics are off, which is the default. It therefore gets a workspace of its own. cublasSetStream resets
 * the workspace, so it is set after the stream. */
static enum ib_status set_up(struct ib_cuda_blas *s, const char *products)
{
    const bool tf32 = strcmp(products, "tf32") == 0;
    const cublasMath_t mode = tf32 ? CUBLAS_TF32_TENSOR_OP_MATH : CUBLAS_DEFAULT_MATH;
    s->piece_elements = PIECE_ELEMENTS;
    s->half_format = strcmp(products, "bf16") == 0 ? IBK_BF16 : strcmp(products, "fp16") == 0 ? IBK_FP16 : 0;
    IB_TRY(ib_cuda_blas_check(s, "cublasSetStream", cublasSetStream(s->handle, s->cuda.stream)));
    IB_TRY(ib_cuda_mem.alloc(&s->cuda, WORKSPACE_BYTES, &s->workspace));
    IB_TRY(ib_cuda_blas_check(s, "cublasSetWorkspace",
                              cublasSetWorkspace(s->handle, s->workspace, WORKSPACE_BYTES)));
    IB_TRY(ib_cuda_blas_check(s, "cublasSetPointerMode",
                              cublasSetPointerMode(s->handle, CUBLAS_POINTER_MODE_HOST)));
    IB_TRY(ib_cuda_blas_check(s, "cublasSetMathMode", cublasSetMathMode(s->handle, mode)));
    /* the handle's set-up runs on the default stream, which our stream does not wait for */
    return ib_cuda_check(s->cuda.launcher.host, "cudaDeviceSynchronize", cudaDeviceSynchronize());
}

/* Without them, layers are computed all the same: the reason is recorded, and is no failure. */
static void set_up_epilogues(struct ib_cuda_blas *s, const char *products)
{
    const struct ib_host *host = s->cuda.launcher.host;
    const struct ib_cuda_product_setting setting = {s->workspace, WORKSPACE_BYTES,
                                                    strcmp(products, "tf32") == 0};
    if (!host->option_bool(host, "epilogues"))
        return;
    if (s->half_format != 0)
        snprintf(s->no_epilogues, sizeof s->no_epilogues, "factors of products are in %s", products);
    else
        s->epilogues = ib_cuda_epilogues_open(&s->cuda, &setting, s->no_epilogues, sizeof s->no_epilogues);
    if (s->no_epilogues[0] != '\0')
        host->log(host, "epilogues: %s", s->no_epilogues);
}

static void close_blas(struct ib_cuda_blas *s)
{
    ib_cuda_epilogues_close(s->epilogues);
    if (s->handle != NULL)
        (void)cublasDestroy(s->handle);
    if (s->workspace != NULL)
        ib_cuda_mem.free(&s->cuda, s->workspace);
    if (s->halves != NULL)
        ib_cuda_mem.free(&s->cuda, s->halves);
    ib_cuda_close(&s->cuda);
}

static enum ib_status open_blas(const struct ib_host *host, struct ib_cuda_blas *s)
{
    const char *products = products_of(host);
    IB_TRY(check_override(host, products));
    IB_TRY(check_emulation(host));
    IB_TRY(ib_cuda_open(host, &s->cuda));
    enum ib_status status = ib_cuda_blas_check(s, "cublasCreate", cublasCreate(&s->handle));
    if (status == IB_OK)
        status = set_up(s, products);
    if (status == IB_OK)
        set_up_epilogues(s, products);
    else
        close_blas(s);
    return status;
}

static enum ib_status cublas_open(const struct ib_host *host, void **state)
{
    struct ib_cuda_blas *s = calloc(1, sizeof *s);
    if (s == NULL)
        return host->fail(host, IB_ENOMEM, "no memory for the state");
    const enum ib_status status = open_blas(host, s);
    if (status == IB_OK)
        *state = s;
    else
        free(s);
    return status;
}

static void cublas_close(void *state)
{
    close_blas(state);
    free(state);
}

/* ---- the implementation ---- */

static enum ib_status describe(void *state, char *text, size_t n)
{
    const struct ib_cuda_blas *s = state;
    int version;
    IB_TRY(ib_cuda_describe(state, text, n));
    IB_TRY(ib_cuda_blas_check(s, "cublasGetVersion", cublasGetVersion(s->handle, &version)));
    const size_t used = strlen(text);
    snprintf(text + used, n - used, ", cuBLAS %d.%d.%d%s%s%s", version / 10000, version / 100 % 100,
             version % 100, s->epilogues != NULL ? ", epilogues of cuBLASLt" : "",
             s->no_epilogues[0] == '\0' ? ""
             : s->epilogues != NULL     ? ": "
                                        : ", no epilogues: ",
             s->no_epilogues);
    return IB_OK;
}

static const struct ib_option options[] = {
    IB_CUDA_OPTIONS,
    {"products", IB_OPTION_TEXT, "f32|tf32|bf16|fp16", "f32", "precision of the factors of products in f32"},
    {"tf32", IB_OPTION_BOOL, NULL, "false", "products=tf32, if products is f32"},
    {"epilogues", IB_OPTION_BOOL, NULL, "false",
     "bias and ReLU of layers in f32 within the product, by cuBLASLt"},
    {.name = NULL},
};

static struct ib_tensor_ops ops; /* the kernels' operations, except gemm, and joined ones */

static const struct ib_impl cuda_cublas = {
    .struct_size = sizeof cuda_cublas,
    .abi_major = IB_ABI_MAJOR,
    .name = "cuda_cublas",
    .summary = "cuBLAS for products, plain CUDA kernels for the rest",
    .source = "https://docs.nvidia.com/cuda/cublas/",
    .flags = IB_DETERMINISTIC,
    .options = options,
    .probe = ib_cuda_probe,
    .open = cublas_open,
    .close = cublas_close,
    .mem = &ib_cuda_mem,
    .ops = &ops,
    .describe = describe,
    .tracer = "cupti",
    .health = ib_cuda_health,
    .peak_memory = ib_cuda_peak_memory,
    .losses = 1u << IB_CE,
};

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *const all[] = {&cuda_cublas};
    ops = ib_kernel_ops;
    ops.gemm = ib_cuda_blas_gemm;
    ops.layer = ib_cuda_blas_layer;
    ops.act_grad_sum = ib_cuda_blas_act_grad_sum;
    ops.axpy_all = ib_cuda_blas_axpy_all;
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
