/* Kernels as nvcc's code registers them when a plugin is loaded, run by the host emulator. */
#include "cuda_kernels.h"
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

enum {
    MAX_KERNELS = 1024,
    FAT_BINARY_MAGIC = 0x466243b1,
    MAX_ARGS_BYTES = 1024,
    DEFAULT_SHARED_BYTES = 48 << 10
};

static struct registration {
    const void *symbol;
    void **owner; /* the fat binary that it came with */
    const struct emu_kernel *kernel;
    bool loaded;
    size_t shared_bytes; /* the most dynamic shared memory of a block */
} registered[MAX_KERNELS];
static size_t n_registered;

/* That of scripts/gpu/empty.cu. */
static void do_nothing(void *const *args)
{
    (void)args;
}
static const struct emu_kernel empty = {.name = "ib_gpu_empty", .run = do_nothing};

/* Replaced where a mock is linked with these kernels. */
__attribute__((weak)) const struct emu_kernel *mock_fused_kernel(const char *name)
{
    (void)name;
    return NULL;
}

__attribute__((weak)) const struct emu_kernel *mock_joined_kernel(const char *name)
{
    (void)name;
    return NULL;
}

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
    const struct emu_kernel *fused = mock_fused_kernel(name);
    return fused != NULL ? fused : mock_joined_kernel(name);
}

/* NULL: there is no such kernel. */
static struct registration *find(const void *symbol)
{
    for (size_t i = 0; i < n_registered; i++)
        if (registered[i].symbol == symbol)
            return &registered[i];
    return NULL;
}

const struct emu_kernel *mock_kernel_of(const void *symbol)
{
    const struct registration *r = find(symbol);
    return r == NULL ? NULL : r->kernel;
}

const char *mock_kernel_name(const void *symbol)
{
    const struct emu_kernel *kernel = mock_kernel_of(symbol);
    return kernel != NULL ? kernel->name : NULL;
}

/* A kernel is loaded when it is first launched, which may wait for the device: no recording can hold that. */
static bool load(struct registration *r)
{
    return r->loaded = r->loaded || !mock_is_recording();
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
    registered[n_registered++] = (struct registration){.symbol = symbol,
                                                       .owner = handle,
                                                       .kernel = kernel_named(name),
                                                       .shared_bytes = DEFAULT_SHARED_BYTES};
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
    _Alignas(max_align_t) unsigned char values[MAX_ARGS_BYTES]; /* one behind another (next_value) */
};

/* Behind a value of so many bytes, for any type. */
static size_t next_value(size_t at, size_t bytes)
{
    return at + (bytes + 15) / 16 * 16;
}

static size_t values_bytes(const struct emu_kernel *kernel)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < kernel->n_params; i++)
        bytes = next_value(bytes, kernel->params[i].bytes);
    return bytes;
}

/* In place of a device address where its bytes really lie. */
static bool translate_address(unsigned char *at)
{
    void *address;
    memcpy(&address, at, sizeof address);
    void *memory = address == NULL ? NULL : mock_memory_find(address, 0);
    if (memory != NULL)
        memcpy(at, &memory, sizeof memory);
    return memory != NULL || address == NULL;
}

/* Structs hold addresses as well: no other number looks like one. */
static bool translate(const struct emu_kernel *kernel, void *const *args)
{
    for (uint32_t i = 0; i < kernel->n_params; i++) {
        const size_t bytes = kernel->params[i].bytes;
        if (kernel->params[i].is_buffer && !translate_address(args[i]))
            return false;
        for (size_t at = 0; bytes > 8 && at + 8 <= bytes; at += 8)
            (void)translate_address((unsigned char *)args[i] + at);
    }
    return true;
}

static cudaError_t run(void *queued)
{
    static uint64_t n_runs;
    struct launch *l = queued;
    void *args[IB_LAUNCH_MAX_ARGS];
    char error[1024] = "an argument is not live device memory";
    for (size_t i = 0, at = 0; i < l->kernel->n_params; i++) {
        args[i] = l->values + at;
        at = next_value(at, l->kernel->params[i].bytes);
    }
    if (n_runs == 0 && !emu_set_order(getenv("EMU_ORDER")))
        abort(); /* the test itself is wrong */
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
    if (l.kernel == NULL || l.kernel->n_params > IB_LAUNCH_MAX_ARGS ||
        values_bytes(l.kernel) > MAX_ARGS_BYTES)
        return mock_answer(cudaErrorInvalidDeviceFunction);
    if (!fits(blocks, threads))
        return mock_answer(cudaErrorInvalidConfiguration);
    if (shared > find(symbol)->shared_bytes)
        return mock_answer(cudaErrorInvalidValue);
    if (!load(find(symbol))) {
        mock_record_spoil();
        return mock_answer(cudaErrorStreamCaptureUnsupported);
    }
    if (++n_launches >= mock_number_of("launch", UINT64_MAX))
        return mock_answer(cudaErrorLaunchOutOfResources);
    for (size_t i = 0, at = 0; i < l.kernel->n_params; i++) {
        memcpy(l.values + at, args[i], l.kernel->params[i].bytes);
        at = next_value(at, l.kernel->params[i].bytes);
    }
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

/* Without it, a kernel has no more dynamic shared memory than every device has. */
cudaError_t cudaFuncSetAttribute(const void *symbol, enum cudaFuncAttribute attribute, int value)
{
    struct registration *r = find(symbol);
    MOCK_TRY(mock_ready());
    if (r == NULL)
        return mock_answer(cudaErrorInvalidDeviceFunction);
    if (mock_asked_for("no_shared") || attribute != cudaFuncAttributeMaxDynamicSharedMemorySize ||
        value < 0 || (size_t)value > mock_shared_bytes())
        return mock_answer(cudaErrorInvalidValue);
    r->shared_bytes = (size_t)value;
    return mock_answer(cudaSuccess);
}
