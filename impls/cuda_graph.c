/* cuda_graph: the kernels of cuda_naive, with several epochs, or steps by mini-batches, recorded as one CUDA
 * graph that is launched repeatedly, which saves the host the cost of single launches. */
#include "cuda/device.h"
#include "shape.h"

#include <stdlib.h>

/* The arguments of recorded kernels are fixed, so recorded mini-batches take their rows by numbers that lie
 * in the same place in each replay. Those of the present steps are copied there, within the device. */
struct staged {
    uint32_t *numbers;     /* on the device; NULL: there are none */
    uint64_t room, count;  /* how many there may be, and are */
    const uint32_t *order; /* where they come from */
};

struct graph {
    struct ib_cuda cuda; /* must be first */
    uint64_t epochs;
    uint64_t batch, order;    /* the most rows that were gathered at once, and numbers of them */
    cudaGraphExec_t recorded; /* NULL: nothing recorded yet */
    struct staged staged;     /* of what is recorded */
    struct staged begun;      /* of a recording that has begun */
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

static void drop_staged(struct staged *s)
{
    if (s->numbers != NULL)
        (void)cudaFree(s->numbers);
    *s = (struct staged){.numbers = NULL};
}

/* CUDA's documentation does not allow destroying a graph while it runs, so this waits first. */
static void drop_recorded(struct graph *g)
{
    if (g->recorded == NULL)
        return;
    (void)cudaStreamSynchronize(g->cuda.stream);
    (void)cudaGraphExecDestroy(g->recorded);
    g->recorded = NULL;
    drop_staged(&g->staged);
}

static void graph_close(void *state)
{
    struct graph *g = state;
    ib_cuda_abandon_recording(&g->cuda);
    drop_recorded(g);
    drop_staged(&g->begun);
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

/* Room for the rows of all steps of a recording, if there are mini-batches. */
static enum ib_status make_room(struct graph *g)
{
    void *numbers;
    drop_staged(&g->begun);
    if (g->batch == 0)
        return IB_OK;
    const uint64_t room = ib_min(g->epochs * g->batch, g->order);
    IB_TRY(ib_cuda_mem.alloc(g, (size_t)room * sizeof *g->begun.numbers, &numbers));
    g->begun = (struct staged){.numbers = numbers, .room = room};
    return IB_OK;
}

/* Thread-local capture: calls of other threads are neither recorded nor able to invalidate the recording. */
static enum ib_status begin(void *state)
{
    struct graph *g = state;
    IB_TRY(make_room(g));
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
    IB_TRY(status);
    g->staged = g->begun;
    g->begun = (struct staged){.numbers = NULL};
    return IB_OK;
}

static enum ib_status replay_shifted(void *state, uint64_t shift)
{
    struct graph *g = state;
    const struct staged *s = &g->staged;
    if (g->recorded == NULL)
        return g->cuda.launcher.host->fail(g->cuda.launcher.host, IB_EINVAL, "replay without a recording");
    if (s->count > 0)
        IB_TRY(check(g, "copying the numbers of rows",
                     cudaMemcpyAsync(s->numbers, s->order + shift, s->count * sizeof *s->numbers,
                                     cudaMemcpyDeviceToDevice, g->cuda.stream)));
    return check(g, "cudaGraphLaunch", cudaGraphLaunch(g->recorded, g->cuda.stream));
}

static enum ib_status replay(void *state, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        IB_TRY(replay_shifted(state, 0));
    return IB_OK;
}

static const struct ib_capture capture = {
    .struct_size = sizeof capture,
    .epochs = epochs,
    .begin = begin,
    .end = end,
    .replay = replay,
    .replay_shifted = replay_shifted,
};

/* ---- mini-batches ---- */

static enum ib_status gather_rows(void *state, uint64_t first, const struct ib_view *a,
                                  const struct ib_view *index, const struct ib_view *b)
{
    struct graph *g = state;
    struct staged *s = &g->begun;
    if (!g->cuda.recording) {
        g->batch = ib_max(g->batch, b->rows);
        g->order = ib_max(g->order, index->cols);
        return ib_kernel_ops.gather_rows(state, first, a, index, b);
    }
    if (first > s->room || b->rows > s->room - first || (s->count > 0 && s->order != index->p))
        return g->cuda.launcher.host->fail(
            g->cuda.launcher.host, IB_EINTERNAL,
            "a recording has room for the first %llu numbers of one order; rows %llu to %llu were requested",
            (unsigned long long)s->room, (unsigned long long)first, (unsigned long long)(first + b->rows));
    struct ib_view numbers = *index;
    numbers.p = s->numbers;
    s->order = index->p;
    s->count = ib_max(s->count, first + b->rows);
    return ib_kernel_ops.gather_rows(state, first, a, &numbers, b);
}

/* ---- the implementation ---- */

static const struct ib_option options[] = {
    IB_CUDA_OPTIONS,
    {"epochs_per_graph", IB_OPTION_INT, "1..1000", "10",
     "epochs, or steps by mini-batches, per graph, recorded and launched together"},
    {.name = NULL},
};

static struct ib_tensor_ops ops; /* those of the kernels, but for gather_rows */

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
    .ops = &ops,
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
    ops = ib_kernel_ops;
    ops.gather_rows = gather_rows;
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
