/* Kernels as nvcc's code registers them when a plugin is loaded, run by the host emulator. */
#include "machine.h"
#include "mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What nvcc's code calls; no header for C declares it. */
void **__cudaRegisterFatBinary(void *fat_binary);
void __cudaRegisterFatBinaryEnd(void **handle);
void __cudaUnregisterFatBinary(void **handle);
void __cudaRegisterFunction(void **handle, const char *symbol, char *device_symbol, const char *name,
                            int thread_limit, void *thread, void *block, void *block_size, void *grid_size,
                            int *warp_size);
char __cudaInitModule(void **handle);
cudaError_t __cudaGetKernel(cudaKernel_t *kernel, const void *symbol);
cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 blocks, dim3 threads, void **args, size_t shared,
                               cudaStream_t stream);
cudaError_t __cudaPopCallConfiguration(dim3 *blocks, dim3 *threads, size_t *shared, void *stream);

/* ---- registering ---- */

enum { MAX_KERNELS = 1024, FAT_BINARY_MAGIC = 0x466243b1, MAX_ARGS_BYTES = 16 * IB_LAUNCH_MAX_ARGS };

static struct {
    const void *symbol;
    void **owner; /* the fat binary that it came with */
    const struct emu_kernel *kernel;
    bool loaded;
} registered[MAX_KERNELS];
static size_t n_registered;

/* That of scripts/gpu/empty.cu. */
static void do_nothing(void *const *args)
{
    (void)args;
}
static const struct emu_kernel empty = {.name = "ib_gpu_empty", .run = do_nothing};

static const struct emu_kernel *kernel_named(const char *name)
{
    if (strcmp(empty.name, name) == 0)
        return &empty;
    for (int k = 0; k < IB_KERNEL_COUNT; k++)
        for (int type = IB_F32; type <= IB_F64; type++) {
            const struct emu_kernel *kernel = emu_kernel_of((enum ib_kernel)k, (enum ib_dtype)type);
            if (strcmp(kernel->name, name) == 0)
                return kernel;
        }
    return NULL;
}

const struct emu_kernel *mock_kernel_of(const void *symbol)
{
    for (size_t i = 0; i < n_registered; i++)
        if (registered[i].symbol == symbol)
            return registered[i].kernel;
    return NULL;
}

const char *mock_kernel_name(const void *symbol)
{
    const struct emu_kernel *kernel = mock_kernel_of(symbol);
    return kernel != NULL ? kernel->name : NULL;
}

/* A kernel is loaded when it is first launched, which may wait for the device: no recording can hold that. */
static bool load(const void *symbol)
{
    for (size_t i = 0; i < n_registered; i++)
        if (registered[i].symbol == symbol)
            return registered[i].loaded = registered[i].loaded || !mock_is_recording();
    return false;
}

void **__cudaRegisterFatBinary(void *fat_binary)
{
    if (*(const int *)fat_binary != FAT_BINARY_MAGIC)
        abort(); /* not made by nvcc: nothing that follows would make sense */
    return fat_binary;
}

void __cudaRegisterFatBinaryEnd(void **handle)
{
    (void)handle;
}

void __cudaUnregisterFatBinary(void **handle)
{
    size_t kept = 0;
    for (size_t i = 0; i < n_registered; i++)
        if (registered[i].owner != handle)
            registered[kept++] = registered[i];
    n_registered = kept;
}

void __cudaRegisterFunction(void **handle, const char *symbol, char *device_symbol, const char *name,
                            int thread_limit, void *thread, void *block, void *block_size, void *grid_size,
                            int *warp_size)
{
    (void)device_symbol, (void)thread_limit, (void)thread, (void)block, (void)block_size, (void)grid_size,
        (void)warp_size;
    if (n_registered == MAX_KERNELS)
        abort();
    registered[n_registered].symbol = symbol;
    registered[n_registered].owner = handle;
    registered[n_registered].loaded = false;
    registered[n_registered++].kernel = kernel_named(name);
}

char __cudaInitModule(void **handle)
{
    (void)handle;
    return 1;
}

/* ---- the way of nvcc's own stubs, kernel<<<…>>>, which plain C never takes ---- */

cudaError_t __cudaGetKernel(cudaKernel_t *kernel, const void *symbol)
{
    *kernel = (cudaKernel_t)(uintptr_t)symbol;
    return cudaSuccess;
}

cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 blocks, dim3 threads, void **args, size_t shared,
                               cudaStream_t stream)
{
    return cudaLaunchKernel((const void *)kernel, blocks, threads, args, shared, stream);
}

cudaError_t __cudaPopCallConfiguration(dim3 *blocks, dim3 *threads, size_t *shared, void *stream)
{
    (void)blocks, (void)threads, (void)shared, (void)stream;
    return mock_answer(cudaErrorMissingConfiguration);
}

/* ---- launching ---- */

struct launch {
    const struct emu_kernel *kernel;
    struct emu_grid grid;
    _Alignas(
        max_align_t) unsigned char values[MAX_ARGS_BYTES]; /* one behind another, each at a multiple of 16 */
};

/* In place of each device address where its bytes really lie. */
static bool translate(const struct emu_kernel *kernel, void *const *args)
{
    for (uint32_t i = 0; i < kernel->n_params; i++) {
        void *address;
        if (!kernel->params[i].is_buffer)
            continue;
        memcpy(&address, args[i], sizeof address);
        if (address == NULL)
            continue;
        void *memory = mock_memory_find(address, 0);
        if (memory == NULL)
            return false;
        memcpy(args[i], &memory, sizeof memory);
    }
    return true;
}

static cudaError_t run(void *queued)
{
    static uint64_t n_runs;
    struct launch *l = queued;
    void *args[IB_LAUNCH_MAX_ARGS];
    char error[1024] = "an argument is not live device memory";
    for (uint32_t i = 0; i < l->kernel->n_params; i++)
        args[i] = l->values + 16 * i;
    if (++n_runs >= mock_number_of("fault", UINT64_MAX))
        return cudaErrorIllegalAddress;
    if (translate(l->kernel, args) && emu_run(l->kernel, &l->grid, args, error, sizeof error))
        return cudaSuccess;
    fprintf(stderr, "mock CUDA: %s: %s\n", l->kernel->name, error);
    return cudaErrorIllegalAddress;
}

static bool fits(dim3 blocks, dim3 threads)
{
    return blocks.x > 0 && blocks.y > 0 && blocks.z > 0 && blocks.y < 65536 && blocks.z < 65536 &&
           blocks.x <= INT32_MAX && threads.x > 0 && threads.y > 0 && threads.z > 0 &&
           (uint64_t)threads.x * threads.y * threads.z <= 1024;
}

cudaError_t cudaLaunchKernel(const void *symbol, dim3 blocks, dim3 threads, void **args, size_t shared,
                             cudaStream_t stream)
{
    static uint64_t n_launches;
    struct launch l = {.kernel = mock_kernel_of(symbol),
                       .grid = {.blocks = {blocks.x, blocks.y, blocks.z},
                                .threads = {threads.x, threads.y, threads.z},
                                .shared_bytes = shared}};
    if (mock_ready() != cudaSuccess)
        return mock_ready();
    if (stream == NULL)
        return mock_answer(
            cudaErrorInvalidResourceHandle); /* the default stream: in order with nothing of ours */
    if (l.kernel == NULL || l.kernel->n_params > IB_LAUNCH_MAX_ARGS)
        return mock_answer(cudaErrorInvalidDeviceFunction);
    if (!fits(blocks, threads))
        return mock_answer(cudaErrorInvalidConfiguration);
    if (!load(symbol)) {
        mock_record_spoil();
        return mock_answer(cudaErrorStreamCaptureUnsupported);
    }
    if (++n_launches >= mock_number_of("launch", UINT64_MAX))
        return mock_answer(cudaErrorLaunchOutOfResources);
    for (uint32_t i = 0; i < l.kernel->n_params; i++)
        memcpy(l.values + 16 * i, args[i], l.kernel->params[i].bytes);
    return mock_answer(mock_enqueue(run, &l, sizeof l));
}

cudaError_t cudaFuncGetAttributes(struct cudaFuncAttributes *attributes, const void *symbol)
{
    if (mock_ready() != cudaSuccess)
        return mock_ready();
    if (mock_kernel_of(symbol) == NULL)
        return mock_answer(cudaErrorInvalidDeviceFunction);
    if (mock_asked_for("old_device"))
        return mock_answer(cudaErrorNoKernelImageForDevice);
    *attributes = (struct cudaFuncAttributes){.maxThreadsPerBlock = 256};
    return cudaSuccess;
}
