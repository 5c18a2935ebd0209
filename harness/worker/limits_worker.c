#include "worker/limits_worker.h"

#include "base/error.h"
#include "limits/host.h"
#include "limits/instance.h"

static enum ib_status measure_impl(const json_t *request, const char *name, struct ib_arena *arena,
                                   struct ib_rates *out)
{
    const uint64_t threads = (uint64_t)json_integer_value(json_object_get(request, "threads"));
    const struct ib_setting setting = {"threads", ib_arena_print(arena, "%llu", (unsigned long long)threads)};
    const struct ib_impl *impl;
    struct ib_instance instance;
    IB_TRY(ib_impl_load(name, json_string_value(json_object_get(request, "plugin")), &impl));
    IB_TRY(ib_instance_open(impl, &setting, threads ? 1 : 0, &instance));
    const enum ib_status status = ib_limits_of_instance(&instance, threads, arena, out);
    ib_instance_close(&instance);
    return status;
}

enum ib_status ib_limits_worker_answer(const json_t *request, json_t **answer)
{
    const char *impl = json_string_value(json_object_get(request, "impl"));
    struct ib_arena arena = {0};
    struct ib_rates rates = {0};
    const enum ib_status status =
        impl ? measure_impl(request, impl, &arena, &rates)
             : ib_limits_of_host(json_number_value(json_object_get(request, "seconds")), &arena, &rates);
    if (status == IB_OK)
        *answer = json_pack("{s:s, s:o}", "type", "limits", "rates", ib_rates_to_json(&rates));
    ib_arena_free(&arena);
    return status;
}
