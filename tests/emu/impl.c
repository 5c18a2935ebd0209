/* emu: the kernels on the emulated device, as an implementation like any other. Everything happens at once,
 * so that an error comes from the call that caused it. EMU_ORDER sets the order of threads; EMU_RECORD names
 * a file that gets what was launched, and a hash of all bytes that came back. */
#include "ironbench/impl.h"

#include "machine.h"
#include "memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ITEMS = 256 }; /* the contract's, not the device's */

struct device {
    struct ib_launcher launcher; /* must be first */
    struct emu_memory memory;
    void *scratch;
    size_t scratch_bytes;
    uint64_t launches[2][IB_KERNEL_COUNT]; /* f32, f64 */
    uint64_t hash;                         /* of all downloads */
    struct ib_copies copies;
};

static enum ib_status fail(const struct device *d, enum ib_status status, const char *text)
{
    return d->launcher.host->fail(d->launcher.host, status, "%s", text);
}

/* ---- memory ---- */

static enum ib_status device_alloc(void *state, size_t bytes, void **out)
{
    struct device *d = state;
    *out = emu_memory_alloc(&d->memory, bytes);
    return *out != NULL ? IB_OK : fail(d, IB_ENOMEM, "no device memory left");
}

static void device_free(void *state, void *device)
{
    struct device *d = state;
    emu_memory_free(&d->memory, device);
}

static enum ib_status h2d(void *state, void *device, const void *host, size_t bytes)
{
    struct device *d = state;
    void *memory = emu_memory_find(&d->memory, device, bytes);
    if (memory == NULL)
        return fail(d, IB_EDEVICE, "an upload to memory that is not on the device, or too small");
    memcpy(memory, host, bytes);
    emu_memory_written(memory, bytes);
    d->copies.h2d_count++;
    d->copies.h2d_bytes += bytes;
    return IB_OK;
}

/* FNV-1a, eight bytes at a time. */
static uint64_t hash_of(uint64_t hash, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i += sizeof hash) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, n - i < sizeof word ? n - i : sizeof word);
        hash = (hash ^ word) * 0x100000001b3;
        hash ^= hash >> 29; /* the product alone never carries a high bit down */
    }
    return hash;
}

static enum ib_status d2h(void *state, void *host, const void *device, size_t bytes)
{
    struct device *d = state;
    const void *memory = emu_memory_find(&d->memory, device, bytes);
    if (memory == NULL)
        return fail(d, IB_EDEVICE, "a download from memory that is not on the device, or too small");
    memcpy(host, memory, bytes);
    d->hash = hash_of(d->hash, host, bytes);
    d->copies.d2h_count++;
    d->copies.d2h_bytes += bytes;
    return IB_OK;
}

static enum ib_status sync(void *state)
{
    struct device *d = state;
    d->copies.sync_count++;
    return IB_OK;
}

/* Scratch memory must not carry data to the next operation: each gets fresh bytes, exactly as many as
 * requested. */
static enum ib_status scratch(void *state, size_t bytes, void **out)
{
    struct device *d = state;
    if (d->scratch == NULL)
        IB_TRY(device_alloc(d, bytes, &d->scratch));
    else if (!emu_memory_renew(&d->memory, d->scratch, bytes))
        return fail(d, IB_ENOMEM, "no device memory left");
    *out = d->scratch;
    return IB_OK;
}

/* ---- launches ---- */

/* The values that the kernel gets: for each buffer where its bytes lie in place of its handle. */
static enum ib_status translate(struct device *d, const struct emu_kernel *kernel, const struct ib_launch *l,
                                void **pointers, void **args)
{
    static const char *const wrong[] = {"a launch with as many arguments as its kernel does not have",
                                        "an argument of another size than its parameter",
                                        "an argument that is not live device memory"};
    if (l->n_args != kernel->n_params)
        return fail(d, IB_EDEVICE, wrong[0]);
    for (uint32_t i = 0; i < l->n_args; i++) {
        void *handle;
        if (l->args[i].bytes != kernel->params[i].bytes)
            return fail(d, IB_EDEVICE, wrong[1]);
        args[i] = (void *)(uintptr_t)l->args[i].value;
        if (!kernel->params[i].is_buffer)
            continue;
        memcpy(&handle, l->args[i].value, sizeof handle);
        pointers[i] = handle == NULL ? NULL : emu_memory_find(&d->memory, handle, 0);
        args[i] = &pointers[i];
        if (handle != NULL && pointers[i] == NULL)
            return fail(d, IB_EDEVICE, wrong[2]);
    }
    return IB_OK;
}

static enum ib_status launch(void *state, const struct ib_launch *l)
{
    struct device *d = state;
    const struct emu_kernel *kernel = emu_kernel_of(l->kernel, l->type);
    const struct emu_grid grid = {.blocks = {l->groups[0], l->groups[1], 1},
                                  .threads = {l->items[0], l->items[1], 1}};
    void *pointers[IB_LAUNCH_MAX_ARGS], *args[IB_LAUNCH_MAX_ARGS];
    char error[1024];
    if (grid.threads[0] > MAX_ITEMS || grid.threads[1] > MAX_ITEMS / grid.threads[0])
        return fail(d, IB_EDEVICE, "a launch with more items in a group than every device has");
    IB_TRY(translate(d, kernel, l, pointers, args));
    d->launches[l->type == IB_F32 ? 0 : 1][l->kernel]++;
    d->copies.launch_count++;
    return emu_run(kernel, &grid, args, error, sizeof error) ? IB_OK : fail(d, IB_EDEVICE, error);
}

/* ---- the implementation ---- */

static void write_record(const struct device *d)
{
    const char *path = getenv("EMU_RECORD");
    FILE *f = path == NULL ? NULL : fopen(path, "w");
    if (f == NULL)
        return;
    for (int type = 0; type < 2; type++)
        for (int k = 0; k < IB_KERNEL_COUNT; k++)
            fprintf(f, "%s_%s %" PRIu64 "\n", ib_kernel_names[k], type == 0 ? "f32" : "f64",
                    d->launches[type][k]);
    fprintf(f, "hash %016" PRIx64 "\n", d->hash);
    fclose(f);
}

static void device_close(void *state)
{
    struct device *d = state;
    write_record(d);
    emu_memory_close(&d->memory);
    free(d);
}

static enum ib_status device_open(const struct ib_host *host, void **state)
{
    const char *order = getenv("EMU_ORDER");
    struct device *d = calloc(1, sizeof *d);
    if (d == NULL || !emu_memory_open(&d->memory)) {
        free(d);
        return host->fail(host, IB_ENOMEM, "no room for the device's memory");
    }
    d->launcher = (struct ib_launcher){.host = host, .launch = launch, .scratch = scratch};
    *state = d;
    if (emu_set_order(order))
        return IB_OK;
    emu_memory_close(&d->memory);
    free(d);
    return host->fail(host, IB_EINVAL, "EMU_ORDER is \"%s\": use plain, reverse or shuffle:SEED", order);
}

static void device_copies(void *state, struct ib_copies *out)
{
    const struct device *d = state;
    struct ib_copies mine = d->copies;
    mine.pageable_count = mine.h2d_count + mine.d2h_count; /* it pins no memory */
    mine.pageable_bytes = mine.h2d_bytes + mine.d2h_bytes;
    IB_FILL(out, &mine);
}

static const struct ib_mem_ops mem = {
    .struct_size = sizeof mem,
    .alloc = device_alloc,
    .free = device_free,
    .h2d = h2d,
    .d2h = d2h,
    .sync = sync,
};

static const struct ib_impl emu = {
    .struct_size = sizeof emu,
    .abi_major = IB_ABI_MAJOR,
    .name = "emu",
    .summary = "the kernels of OpenCL and CUDA on an emulated device",
    .flags = IB_DETERMINISTIC | IB_SIMULATED | IB_HIDDEN,
    .open = device_open,
    .close = device_close,
    .mem = &mem,
    .ops = &ib_kernel_ops,
    .copies = device_copies,
    .losses = 1u << IB_CE,
};

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *const impls[] = {&emu};
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? impls : NULL;
}
