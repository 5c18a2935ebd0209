/* cuda_graph: the kernels of cuda_naive, with several epochs recorded as one CUDA graph that is launched
 * repeatedly, which saves the host the cost of single launches. */
#include "cuda/device.h"

#include <stdlib.h>

struct graph {
    struct ib_cuda cuda; /* must be first */
    uint64_t epochs;
    cudaGraphExec_t recorded; /* NULL: nothing recorded yet */
};

static enum ib_status graph_open(const struct ib_host *host, void **state)
{
    struct graph *g = calloc(1, sizeof *g);
    if (g == NULL)
        return host->fail(host, IB_ENOMEM, "no memory for the state");
    g->epochs = (uint64_t)host->option_int(host, "epochs_per_graph");
    const enum ib_status status = ib_cuda_open(host, &g->cuda);
    if (status == IB_OK)
        *state = g;
    else
        free(g);
    return status;
}

/* CUDA's documentation does not allow destroying a graph while it runs, so this waits first. */
static void drop_recorded(struct graph *g)
{
    if (g->recorded == NULL)
        return;
    (void)cudaStreamSynchronize(g->cuda.stream);
    (void)cudaGraphExecDestroy(g->recorded);
    g->recorded = NULL;
}

static void graph_close(void *state)
{
    struct graph *g = state;
    ib_cuda_abandon_recording(&g->cuda);
    drop_recorded(g);
    ib_cuda_close(&g->cuda);
    free(g);
}

/* ---- recording ---- */

static enum ib_status check(const struct graph *g, const char *what, cudaError_t code)
{
    return ib_cuda_check(g->cuda.launcher.host, what, code);
}

static uint64_t epochs(void *state)
{
    return ((const struct graph *)state)->epochs;
}

/* Thread-local capture: calls of other threads are neither recorded nor able to invalidate the recording. */
static enum ib_status begin(void *state)
{
    struct graph *g = state;
    IB_TRY(check(g, "cudaStreamBeginCapture",
                 cudaStreamBeginCapture(g->cuda.stream, cudaStreamCaptureModeThreadLocal)));
    g->cuda.recording = true;
    return IB_OK;
}

static enum ib_status instantiate(struct graph *g, cudaGraph_t graph)
{
    IB_TRY(check(g, "cudaGraphInstantiate", cudaGraphInstantiate(&g->recorded, graph, 0)));
    return check(g, "cudaGraphUpload", cudaGraphUpload(g->recorded, g->cuda.stream));
}

static enum ib_status end(void *state)
{
    struct graph *g = state;
    cudaGraph_t graph = NULL;
    g->cuda.recording = false;
    const cudaError_t ended = cudaStreamEndCapture(g->cuda.stream, &graph);
    drop_recorded(g);
    IB_TRY(check(g, "cudaStreamEndCapture", ended));
    const enum ib_status status = instantiate(g, graph);
    (void)cudaGraphDestroy(graph);
    return status;
}

static enum ib_status replay(void *state, uint64_t n)
{
    struct graph *g = state;
    if (g->recorded == NULL)
        return g->cuda.launcher.host->fail(g->cuda.launcher.host, IB_EINVAL, "replay without a recording");
    for (uint64_t i = 0; i < n; i++)
        IB_TRY(check(g, "cudaGraphLaunch", cudaGraphLaunch(g->recorded, g->cuda.stream)));
    return IB_OK;
}

static const struct ib_capture capture = {
    .struct_size = sizeof capture,
    .epochs = epochs,
    .begin = begin,
    .end = end,
    .replay = replay,
};

/* ---- the implementation ---- */

static const struct ib_option options[] = {
    IB_CUDA_OPTIONS,
    {"epochs_per_graph", IB_OPTION_INT, "1..1000", "10", "epochs per graph, recorded and launched together"},
    {.name = NULL},
};

static const struct ib_impl cuda_graph = {
    .struct_size = sizeof cuda_graph,
    .abi_major = IB_ABI_MAJOR,
    .name = "cuda_graph",
    .summary = "the kernels of cuda_naive, recorded in a CUDA graph and replayed",
    .source = "https://docs.nvidia.com/cuda/cuda-c-programming-guide/#cuda-graphs",
    .flags = IB_DETERMINISTIC,
    .options = options,
    .probe = ib_cuda_probe,
    .open = graph_open,
    .close = graph_close,
    .mem = &ib_cuda_mem,
    .ops = &ib_kernel_ops,
    .describe = ib_cuda_describe,
    .tracer = "cupti",
    .health = ib_cuda_health,
    .peak_memory = ib_cuda_peak_memory,
    .losses = 1u << IB_CE,
    .capture = &capture,
};

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *const all[] = {&cuda_graph};
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
