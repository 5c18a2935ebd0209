#include "worker/watch.h"

#include "base/paths.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

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

/* The counts behind struct_size, one after another. */
enum { COUNTS = (sizeof(struct ib_copies) - offsetof(struct ib_copies, h2d_count)) / sizeof(uint64_t) };
_Static_assert(offsetof(struct ib_copies, h2d_count) + COUNTS * sizeof(uint64_t) == sizeof(struct ib_copies),
               "struct ib_copies holds nothing but counts");

/* A count at its end was never begun. */
static void leave_out(const struct ib_copies *opened, struct ib_copies *seen)
{
    uint64_t before[COUNTS], count[COUNTS];
    memcpy(before, (const char *)opened + offsetof(struct ib_copies, h2d_count), sizeof before);
    memcpy(count, (const char *)seen + offsetof(struct ib_copies, h2d_count), sizeof count);
    for (size_t i = 0; i < COUNTS; i++)
        if (count[i] != UINT64_MAX && before[i] != UINT64_MAX)
            count[i] -= before[i];
    memcpy((char *)seen + offsetof(struct ib_copies, h2d_count), count, sizeof count);
}

static void log_opened(const struct ib_watch *watch, const struct ib_host *host)
{
    const struct ib_copies *c = &watch->opened;
    if (c->h2d_count + c->d2h_count > 0)
        host->log(host, "opening it made %llu uploads (%llu bytes) and %llu downloads (%llu bytes) by the %s",
                  (unsigned long long)c->h2d_count, (unsigned long long)c->h2d_bytes,
                  (unsigned long long)c->d2h_count, (unsigned long long)c->d2h_bytes, watch->witness->source);
}

enum ib_status ib_watch_opened(struct ib_watch *watch, const struct ib_instance *instance)
{
    char why[sizeof watch->reason];
    struct ib_copies seen = {.struct_size = sizeof seen};
    if (!watch->witness)
        return IB_OK;
    if (IB_HAS(instance->impl->mem, sync))
        IB_TRY(instance->impl->mem->sync(instance->state));
    /* who cannot count now has seen nothing yet, or will say so again at the end */
    if (watch->witness->count(&seen, why, sizeof why) == IB_OK)
        watch->opened = seen;
    log_opened(watch, &instance->host);
    return IB_OK;
}

/* ---- the testimony ---- */

static void ask_witness(const struct ib_watch *watch, struct ib_testimony *out)
{
    const struct ib_witness *witness = watch->witness;
    snprintf(out->source, sizeof out->source, "%s", witness ? witness->source : watch->name);
    if (!witness) {
        snprintf(out->reason, sizeof out->reason, "%s", watch->reason);
    } else if (witness->count(&out->seen, out->reason, sizeof out->reason) == IB_OK) {
        leave_out(&watch->opened, &out->seen);
        out->reason[0] = '\0';
    } else if (!out->reason[0]) {
        snprintf(out->reason, sizeof out->reason, "it lost count");
    }
}

void ib_watch_count(const struct ib_watch *watch, const struct ib_instance *instance,
                    struct ib_testimony *out)
{
    *out = (struct ib_testimony){.seen = {.struct_size = sizeof out->seen}};
    if (watch->name) {
        ask_witness(watch, out);
    } else if (IB_HAS(instance->impl, copies)) {
        snprintf(out->source, sizeof out->source, "driver");
        instance->impl->copies(instance->state, &out->seen);
    }
}
