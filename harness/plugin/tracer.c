#include "plugin/tracer.h"

#include "base/paths.h"

#include <dlfcn.h>
#include <stdio.h>

typedef const struct ib_witness *witness_fn(uint32_t host_abi_major);

/* Loads and attaches; NULL with the reason. The object stays loaded: the driver may call into it until the
 * end. */
static const struct ib_witness *summon(const char *path, char *why, size_t n)
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    witness_fn *get = object ? (witness_fn *)(uintptr_t)dlsym(object, "ib_witness_plugin") : NULL;
    if (!get) {
        snprintf(why, n, "%s", dlerror());
        return NULL;
    }
    const struct ib_witness *witness = get(IB_WITNESS_ABI_MAJOR);
    if (!witness || witness->abi_major != IB_WITNESS_ABI_MAJOR) {
        snprintf(why, n, "%s was built for another program: ABI %u is needed", path, IB_WITNESS_ABI_MAJOR);
        return NULL;
    }
    snprintf(why, n, "it cannot watch on this machine");
    return witness->attach(path, why, n) == IB_OK ? witness : NULL;
}

void ib_watch_begin(const struct ib_impl *impl, struct ib_watch *out)
{
    char name[64];
    struct ib_arena arena = {0};
    *out = (struct ib_watch){0};
    if (!IB_HAS(impl, witness))
        return;
    snprintf(name, sizeof name, "witness_%s", impl->witness);
    out->name = impl->witness;
    out->witness = summon(ib_plugin_path(&arena, name), out->reason, sizeof out->reason);
    ib_arena_free(&arena);
}

/* ---- what opening took ---- */

enum ib_status ib_watch_opened(struct ib_watch *watch, const struct ib_instance *instance)
{
    char why[sizeof watch->reason];
    struct ib_testimony so_far;
    if (!watch->witness)
        return IB_OK;
    if (IB_HAS(instance->impl->mem, sync))
        IB_TRY(instance->impl->mem->sync(instance->state));
    /* who cannot count now has seen nothing yet, or will say so again at the end */
    ib_testimony_clear(&so_far);
    if (watch->witness->count(&so_far.seen, why, sizeof why) == IB_OK)
        watch->opened = so_far.seen;
    return IB_OK;
}

/* ---- the testimony ---- */

static void ask_kernels(const struct ib_witness *witness, struct ib_testimony *out)
{
    const char *name;
    uint64_t count;
    if (!IB_HAS(witness, kernel))
        return;
    for (uint32_t i = 0; witness->kernel(i, &name, &count); i++)
        ib_testimony_add_kernel(out, name, count);
}

static void ask_witness(const struct ib_watch *watch, struct ib_testimony *out)
{
    const struct ib_witness *witness = watch->witness;
    snprintf(out->source, sizeof out->source, "%s", witness ? witness->source : watch->name);
    if (!witness) {
        snprintf(out->reason, sizeof out->reason, "%s", watch->reason);
    } else if (witness->count(&out->seen, out->reason, sizeof out->reason) == IB_OK) {
        out->reason[0] = '\0';
        ib_testimony_leave_out(out, &watch->opened);
        ask_kernels(witness, out);
    } else if (!out->reason[0]) {
        snprintf(out->reason, sizeof out->reason, "it lost count");
    }
}

/* Counts that cannot be meant as such. */
static void weigh(struct ib_testimony *out)
{
    struct ib_copies *seen = &out->seen;
    if (ib_testimony_given(out) && (seen->h2d_count == IB_UNCOUNTED || seen->h2d_bytes == IB_UNCOUNTED ||
                                    seen->d2h_count == IB_UNCOUNTED || seen->d2h_bytes == IB_UNCOUNTED))
        snprintf(out->reason, sizeof out->reason, "it does not count uploads and downloads");
    if (seen->launch_count == 0) /* no training does without one: who says so does not count them */
        seen->launch_count = seen->sync_count = IB_UNCOUNTED;
}

void ib_watch_count(const struct ib_watch *watch, const struct ib_instance *instance,
                    struct ib_testimony *out)
{
    ib_testimony_clear(out);
    if (watch->name) {
        ask_witness(watch, out);
    } else if (IB_HAS(instance->impl, copies)) {
        snprintf(out->source, sizeof out->source, "driver");
        instance->impl->copies(instance->state, &out->seen);
    }
    weigh(out);
}
