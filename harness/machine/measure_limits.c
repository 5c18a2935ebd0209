/* Measuring the limits in workers: libraries and devices are never loaded into this process. */
#include "base/error.h"
#include "limits/team.h"
#include "machine/limits.h"
#include "parent/registry.h"
#include "parent/worker_process.h"

#define TIMEOUT_NS 120000000000u /* of one worker */

/* Takes the reference to the request. An implementation that fails has no limits; the host must not. */
static enum ib_status ask(json_t *request, struct ib_arena *arena, struct ib_rates *out)
{
    struct ib_worker_process *worker = NULL;
    struct ib_outcome outcome;
    json_t *answer = NULL;
    enum ib_status status = IB_OK;
    const bool started = ib_worker_start(NULL, NULL, NULL, TIMEOUT_NS, &worker, &outcome);
    if (!started)
        json_decref(request);
    if (!started || !ib_worker_process_ask(worker, request, TIMEOUT_NS, &answer, &outcome) ||
        !ib_worker_process_said(answer, "limits", &outcome))
        status = ib_fail(IB_EUNAVAILABLE, NULL, "%s", outcome.reason);
    if (status == IB_OK)
        status = ib_rates_from_json("limits", json_object_get(answer, "rates"), arena, out);
    json_decref(answer);
    ib_worker_process_end(worker);
    return status;
}

static bool has_threads(const struct ib_impl_info *info)
{
    for (const struct ib_option *o = info->options; o && o->name; o++)
        if (strcmp(o->name, "threads") == 0)
            return true;
    return false;
}

/* With one thread and with all, where it has threads. */
static void measure_impl(struct ib_arena *arena, const struct ib_impl_info *info, uint64_t cpus,
                         struct ib_rates *out)
{
    const bool threaded = has_threads(info);
    for (uint64_t threads = threaded ? 1 : 0; threads <= cpus;
         threads = threaded && threads < cpus ? cpus : cpus + 1)
        ask(json_pack("{s:s, s:s, s:s?, s:I}", "type", "limits", "impl", info->name, "plugin", info->plugin,
                      "threads", (json_int_t)threads),
            arena, out);
}

/* Others compute with loops of this project: they say nothing about the machine. */
static bool is_limit(const struct ib_impl_info *info)
{
    return info && info->available && info->libraries && !(info->flags & (IB_HIDDEN | IB_SIMULATED));
}

static enum ib_status measure_impls(struct ib_arena *arena, uint64_t cpus, void (*told)(const char *what),
                                    struct ib_rates *out)
{
    struct ib_registry *registry;
    IB_TRY(ib_registry_open(NULL, &registry));
    for (const char *const *name = ib_registry_names(registry); *name; name++) {
        const struct ib_impl_info *info = ib_registry_find(registry, *name);
        if (!is_limit(info))
            continue;
        if (told)
            told(*name);
        measure_impl(arena, info, cpus, out);
    }
    ib_registry_close(registry);
    return IB_OK;
}

enum ib_status ib_limits_measure(struct ib_arena *arena, double seconds, void (*told)(const char *what),
                                 struct ib_limits *out)
{
    out->threads = ib_usable_threads();
    out->measured = ib_kept_now(arena);
    if (told)
        told("arithmetic and memory");
    IB_TRY(ask(json_pack("{s:s, s:f}", "type", "limits", "seconds", seconds), arena, &out->rates));
    return measure_impls(arena, out->threads, told, &out->rates);
}
