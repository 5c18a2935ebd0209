#include "cuda/cublas/epilogues.h"

#include <cublasLt.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_(value) #value
#define TEXT(value)  TEXT_(value)
#define LIBRARY      "libcublasLt.so." TEXT(CUBLAS_VER_MAJOR)

/* What is called of it. It is not linked: without it, there are just no epilogues. */
#define FUNCTIONS(F)                                                                                         \
    F(Create)                                                                                                \
    F(Destroy)                                                                                               \
    F(MatmulDescCreate)                                                                                      \
    F(MatmulDescDestroy)                                                                                     \
    F(MatmulDescSetAttribute)                                                                                \
    F(MatrixLayoutCreate)                                                                                    \
    F(MatrixLayoutDestroy)                                                                                   \
    F(MatmulPreferenceCreate)                                                                                \
    F(MatmulPreferenceDestroy)                                                                               \
    F(MatmulPreferenceSetAttribute)                                                                          \
    F(MatmulAlgoGetHeuristic)                                                                                \
    F(Matmul)                                                                                                \
    F(GetStatusName)

/* Choosing an algorithm takes longer than most products, so choices are kept: more of them than a network has
 * layers, for two numbers of rows. */
enum { PLANS = 32, MOST_ALIGNED = 256 };

/* cuBLASLt is column-major and sees row-major matrices as their transposes: out' = w' x', whose rows get the
 * bias. */
enum { W, X, OUT, MATRICES };

/* What an algorithm depends on. */
struct request {
    enum ib_act act;
    uint64_t rows[MATRICES], cols[MATRICES], ld[MATRICES];
    uint32_t aligned[MATRICES]; /* bytes that the address is a multiple of */
};

struct plan {
    struct request request;
    cublasLtMatmulDesc_t product;
    cublasLtMatrixLayout_t layout[MATRICES];
    cublasLtMatmulAlgo_t algorithm;
    bool possible; /* there is an algorithm */
};

struct ib_cuda_epilogues {
    struct ib_cuda *cuda;
    struct ib_cuda_product_setting setting;
    void *library;
    cublasLtHandle_t handle;
    bool relu; /* its ReLU keeps NaN, as the contract's does */
    struct plan plans[PLANS];
    uint32_t n_plans, next; /* next: the plan that another one takes the place of */
#define F(name) __typeof__(&cublasLt##name) name;
    FUNCTIONS(F)
#undef F
};

#define LT_TRY(expr)                                                                                         \
    do {                                                                                                     \
        const cublasStatus_t lt_code = (expr);                                                               \
        if (lt_code != CUBLAS_STATUS_SUCCESS)                                                                \
            return lt_code;                                                                                  \
    } while (0)

/* ---- plans ---- */

static void drop(const struct ib_cuda_epilogues *e, struct plan *plan)
{
    for (int m = 0; m < MATRICES; m++)
        if (plan->layout[m] != NULL)
            (void)e->MatrixLayoutDestroy(plan->layout[m]);
    if (plan->product != NULL)
        (void)e->MatmulDescDestroy(plan->product);
    memset(plan, 0, sizeof *plan);
}

static cublasStatus_t describe(const struct ib_cuda_epilogues *e, struct plan *plan)
{
    const struct request *r = &plan->request;
    const cublasLtEpilogue_t epilogue = r->act == 0 ? CUBLASLT_EPILOGUE_BIAS : CUBLASLT_EPILOGUE_RELU_BIAS;
    LT_TRY(e->MatmulDescCreate(
        &plan->product, e->setting.tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F, CUDA_R_32F));
    LT_TRY(
        e->MatmulDescSetAttribute(plan->product, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue, sizeof epilogue));
    for (int m = 0; m < MATRICES; m++)
        LT_TRY(
            e->MatrixLayoutCreate(&plan->layout[m], CUDA_R_32F, r->cols[m], r->rows[m], (int64_t)r->ld[m]));
    return CUBLAS_STATUS_SUCCESS;
}

static cublasStatus_t prefer(const struct ib_cuda_epilogues *e, const struct request *r,
                             cublasLtMatmulPreference_t preference)
{
    static const cublasLtMatmulPreferenceAttributes_t alignment[MATRICES] = {
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES};
    const size_t bytes = e->setting.workspace_bytes;
    LT_TRY(e->MatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &bytes,
                                           sizeof bytes));
    for (int m = 0; m < MATRICES; m++)
        LT_TRY(
            e->MatmulPreferenceSetAttribute(preference, alignment[m], &r->aligned[m], sizeof r->aligned[m]));
    return e->MatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES,
                                           &r->aligned[OUT], sizeof r->aligned[OUT]);
}

/* Leaves the plan impossible if there is no algorithm. */
static cublasStatus_t choose(const struct ib_cuda_epilogues *e, struct plan *plan)
{
    cublasLtMatmulPreference_t preference;
    cublasLtMatmulHeuristicResult_t found = {0};
    int count = 0;
    LT_TRY(describe(e, plan));
    LT_TRY(e->MatmulPreferenceCreate(&preference));
    cublasStatus_t code = prefer(e, &plan->request, preference);
    if (code == CUBLAS_STATUS_SUCCESS)
        code = e->MatmulAlgoGetHeuristic(e->handle, plan->product, plan->layout[W], plan->layout[X],
                                         plan->layout[OUT], plan->layout[OUT], preference, 1, &found, &count);
    (void)e->MatmulPreferenceDestroy(preference);
    if (code == CUBLAS_STATUS_NOT_SUPPORTED)
        return CUBLAS_STATUS_SUCCESS;
    plan->possible = code == CUBLAS_STATUS_SUCCESS && count > 0 && found.state == CUBLAS_STATUS_SUCCESS;
    plan->algorithm = found.algo;
    return code;
}

static bool same(const struct request *a, const struct request *b)
{
    bool equal = a->act == b->act;
    for (int m = 0; m < MATRICES; m++)
        equal = equal && a->rows[m] == b->rows[m] && a->cols[m] == b->cols[m] && a->ld[m] == b->ld[m] &&
                a->aligned[m] == b->aligned[m];
    return equal;
}

static cublasStatus_t plan_for(struct ib_cuda_epilogues *e, const struct request *request, struct plan **out)
{
    for (uint32_t p = 0; p < e->n_plans; p++) {
        *out = &e->plans[p];
        if (same(&(*out)->request, request))
            return CUBLAS_STATUS_SUCCESS;
    }
    *out = &e->plans[e->next];
    e->next = (e->next + 1) % PLANS;
    e->n_plans += e->n_plans < PLANS;
    drop(e, *out);
    (*out)->request = *request;
    const cublasStatus_t code = choose(e, *out);
    if (code != CUBLAS_STATUS_SUCCESS)
        drop(e, *out);
    return code;
}

/* ---- products ---- */

static void set_matrix(struct request *r, int m, const struct ib_view *view)
{
    const uintptr_t lowest = (uintptr_t)view->p & -(uintptr_t)view->p;
    r->rows[m] = view->rows;
    r->cols[m] = view->cols;
    r->ld[m] = view->ld;
    r->aligned[m] = lowest == 0 || lowest > MOST_ALIGNED ? MOST_ALIGNED : (uint32_t)lowest;
}

/* *possible: whether the product is under way. */
static cublasStatus_t multiply(struct ib_cuda_epilogues *e, enum ib_act act, const struct ib_view *x,
                               const struct ib_view *w, const struct ib_view *row, const struct ib_view *out,
                               bool *possible)
{
    const float one = 1, zero = 0;
    struct request request = {.act = act};
    struct plan *plan;
    set_matrix(&request, W, w);
    set_matrix(&request, X, x);
    set_matrix(&request, OUT, out);
    LT_TRY(plan_for(e, &request, &plan));
    *possible = plan->possible;
    if (!plan->possible)
        return CUBLAS_STATUS_SUCCESS;
    LT_TRY(
        e->MatmulDescSetAttribute(plan->product, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &row->p, sizeof row->p));
    return e->Matmul(e->handle, plan->product, &one, w->p, plan->layout[W], x->p, plan->layout[X], &zero,
                     out->p, plan->layout[OUT], out->p, plan->layout[OUT], &plan->algorithm,
                     e->setting.workspace, e->setting.workspace_bytes, e->cuda->stream);
}

enum ib_status ib_cuda_epilogues_layer(struct ib_cuda_epilogues *e, enum ib_act act, const struct ib_view *x,
                                       const struct ib_view *w, const struct ib_view *row,
                                       const struct ib_view *out)
{
    const struct ib_host *host = e->cuda->launcher.host;
    bool possible;
    if (out->type != IB_F32 || (act != 0 && !(act == IB_RELU && e->relu)))
        return IB_EUNSUPPORTED;
    const cublasStatus_t code = multiply(e, act, x, w, row, out, &possible);
    if (code == CUBLAS_STATUS_SUCCESS)
        return possible ? IB_OK : IB_EUNSUPPORTED;
    (void)cudaGetLastError();
    return host->fail(host, code == CUBLAS_STATUS_ALLOC_FAILED ? IB_ENOMEM : IB_EDEVICE, "cuBLASLt: %s",
                      e->GetStatusName(code));
}

/* ---- opening and closing ---- */

/* Tries a layer whose input is NaN: a ReLU that is computed as a maximum makes it 0. */
static enum ib_status try_relu(struct ib_cuda_epilogues *e, bool *out_keeps_nan)
{
    enum { SIDE = 8, CELLS = SIDE * SIDE };
    float values[CELLS];
    void *memory;
    IB_TRY(ib_cuda_mem.alloc(e->cuda, 4 * sizeof values, &memory));
    const struct ib_view x = {memory, SIDE, SIDE, SIDE, IB_F32};
    struct ib_view w = x, out = x, row = {(float *)memory + 3 * CELLS, 1, SIDE, SIDE, IB_F32};
    w.p = (float *)memory + CELLS;
    out.p = (float *)memory + 2 * CELLS;
    for (int i = 0; i < CELLS; i++)
        values[i] = NAN;
    enum ib_status status = IB_OK;
    for (size_t m = 0; m < 4 && status == IB_OK; m++)
        status = ib_cuda_mem.h2d(e->cuda, (float *)memory + m * CELLS, values, sizeof values);
    e->relu = true;
    if (status == IB_OK)
        status = ib_cuda_epilogues_layer(e, IB_RELU, &x, &w, &row, &out);
    if (status == IB_OK)
        status = ib_cuda_mem.d2h(e->cuda, values, out.p, sizeof values);
    *out_keeps_nan = isnan(values[0]);
    ib_cuda_mem.free(e->cuda, memory);
    return status;
}

static bool load(struct ib_cuda_epilogues *e, char *why, size_t n)
{
    e->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (e->library == NULL) {
        snprintf(why, n, "%s", dlerror());
        return false;
    }
#define F(name)                                                                                              \
    *(void **)&e->name = dlsym(e->library, "cublasLt" #name);                                                \
    if (e->name == NULL) {                                                                                   \
        snprintf(why, n, LIBRARY " lacks cublasLt" #name);                                                   \
        return false;                                                                                        \
    }
    FUNCTIONS(F)
#undef F
    return true;
}

static bool open_handle(struct ib_cuda_epilogues *e, char *why, size_t n)
{
    bool keeps_nan = false;
    const cublasStatus_t code = e->Create(&e->handle);
    if (code != CUBLAS_STATUS_SUCCESS) {
        e->handle = NULL;
        snprintf(why, n, "cublasLtCreate: %s", e->GetStatusName(code));
        return false;
    }
    const enum ib_status status = try_relu(e, &keeps_nan);
    e->relu = status == IB_OK && keeps_nan;
    if (status == IB_OK && !keeps_nan)
        snprintf(why, n, "its ReLU drops NaN, so only the bias is an epilogue");
    else if (status != IB_OK)
        snprintf(why, n, "a product with an epilogue fails");
    return status == IB_OK;
}

struct ib_cuda_epilogues *ib_cuda_epilogues_open(struct ib_cuda *cuda,
                                                 const struct ib_cuda_product_setting *setting, char *why,
                                                 size_t n)
{
    struct ib_cuda_epilogues *e = calloc(1, sizeof *e);
    why[0] = '\0';
    if (e == NULL) {
        snprintf(why, n, "no memory for cuBLASLt");
        return NULL;
    }
    e->cuda = cuda;
    e->setting = *setting;
    if (load(e, why, n) && open_handle(e, why, n))
        return e;
    ib_cuda_epilogues_close(e);
    return NULL;
}

void ib_cuda_epilogues_close(struct ib_cuda_epilogues *e)
{
    if (e == NULL)
        return;
    for (uint32_t p = 0; p < e->n_plans; p++)
        drop(e, &e->plans[p]);
    if (e->handle != NULL)
        (void)e->Destroy(e->handle);
    if (e->library != NULL)
        dlclose(e->library);
    free(e);
}
