#include "plugin/tracer.h"

#include "base/paths.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

typedef const struct ib_tracer *tracer_fn(uint32_t host_abi_major);

/* Loads and attaches a tracer; returns NULL, with the reason, on failure. It is never unloaded, because the
 * driver may call it until the process ends. */
static const struct ib_tracer *load_tracer(const char *path, char *why, size_t n)
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    tracer_fn *get = object ? (tracer_fn *)(uintptr_t)dlsym(object, "ib_tracer_plugin") : NULL;
    if (!get) {
        snprintf(why, n, "%s", dlerror());
        return NULL;
    }
    const struct ib_tracer *tracer = get(IB_TRACER_ABI_MAJOR);
    if (!tracer || tracer->abi_major != IB_TRACER_ABI_MAJOR) {
        snprintf(why, n, "%s was built for another version: ABI %u is required", path, IB_TRACER_ABI_MAJOR);
        return NULL;
    }
    snprintf(why, n, "the tracer cannot run on this machine");
    return tracer->attach(path, why, n) == IB_OK ? tracer : NULL;
}

/* For a device whose implementation names no tracer, and so may hide its copies. */
static const char *guess_tracer(void)
{
    return dlopen("libcuda.so.1", RTLD_NOLOAD | RTLD_LAZY) ? "cupti" : "opencl";
}

void ib_tracing_begin(const struct ib_impl *impl, struct ib_tracing *out)
{
    char file[64];
    struct ib_arena arena = {0};
    *out = (struct ib_tracing){.guessed = !IB_HAS(impl, tracer)};
    if (out->guessed && !impl->mem)
        return;
    out->name = out->guessed ? guess_tracer() : impl->tracer;
    snprintf(file, sizeof file, "tracer_%s", out->name);
    if (strchr(out->name, '/')) /* a path would be that of the implementation's own */
        snprintf(out->reason, sizeof out->reason, "there is no tracer of this name");
    else
        out->tracer = load_tracer(ib_plugin_path(&arena, file), out->reason, sizeof out->reason);
    ib_arena_free(&arena);
}

/* ---- after opening ---- */

enum ib_status ib_tracing_opened(struct ib_tracing *tracing, const struct ib_instance *instance)
{
    char why[sizeof tracing->reason];
    struct ib_driver_counters so_far;
    if (!tracing->tracer)
        return IB_OK;
    if (IB_HAS(instance->impl->mem, sync))
        IB_TRY(instance->impl->mem->sync(instance->state));
    /* A failure here is ignored: nothing was counted yet, or the final count fails too. */
    ib_driver_counters_clear(&so_far);
    if (tracing->tracer->count(&so_far.seen, why, sizeof why) == IB_OK)
        tracing->opened = so_far.seen;
    return IB_OK;
}

/* ---- the driver counters ---- */

static void read_kernels(const struct ib_tracer *tracer, struct ib_driver_counters *out)
{
    const char *name;
    uint64_t count;
    if (!IB_HAS(tracer, kernel))
        return;
    for (uint32_t i = 0; tracer->kernel(i, &name, &count); i++)
        ib_driver_counters_add_kernel(out, name, count);
}

static void read_tracer(const struct ib_tracing *tracing, struct ib_driver_counters *out)
{
    if (!tracing->name)
        return;
    const struct ib_tracer *tracer = tracing->tracer;
    snprintf(out->source, sizeof out->source, "%s", tracer ? tracer->source : tracing->name);
    if (!tracer) {
        snprintf(out->reason, sizeof out->reason, "%s", tracing->reason);
    } else if (tracer->count(&out->seen, out->reason, sizeof out->reason) == IB_OK) {
        out->reason[0] = '\0';
        ib_driver_counters_leave_out(out, &tracing->opened);
        read_kernels(tracer, out);
    } else if (!out->reason[0]) {
        snprintf(out->reason, sizeof out->reason, "counter data incomplete");
    }
}

/* A tracer that was only guessed counts if it has seen the device at work: it may observe another one. */
static bool has_seen(const struct ib_copies *seen)
{
    return seen->launch_count > 0 && seen->launch_count != IB_UNCOUNTED;
}

static void read_claims(const struct ib_instance *instance, struct ib_driver_counters *out)
{
    struct ib_copies claimed = out->claimed;
    if (!IB_HAS(instance->impl, copies))
        return;
    instance->impl->copies(instance->state, &claimed);
    *(out->source[0] ? &out->claimed : &out->seen) = claimed;
    if (!out->source[0])
        snprintf(out->source, sizeof out->source, IB_CLAIMS);
}

/* Rejects implausible counts. */
static void validate_counts(struct ib_driver_counters *out)
{
    struct ib_copies *seen = &out->seen;
    if (ib_driver_counters_given(out) &&
        (seen->h2d_count == IB_UNCOUNTED || seen->h2d_bytes == IB_UNCOUNTED ||
         seen->d2h_count == IB_UNCOUNTED || seen->d2h_bytes == IB_UNCOUNTED))
        snprintf(out->reason, sizeof out->reason, "uploads and downloads are not counted");
    if (seen->launch_count == 0) /* every training launches kernels, so they were not counted */
        seen->launch_count = seen->sync_count = IB_UNCOUNTED;
}

void ib_tracing_count(const struct ib_tracing *tracing, const struct ib_instance *instance,
                      struct ib_driver_counters *out)
{
    ib_driver_counters_clear(out);
    read_tracer(tracing, out);
    if (tracing->guessed && !(ib_driver_counters_given(out) && has_seen(&out->seen)))
        ib_driver_counters_clear(out);
    read_claims(instance, out);
    validate_counts(out);
}
