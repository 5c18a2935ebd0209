#include "machine/limits.h"

#include "base/error.h"

#include <unistd.h>

static const struct ib_kept_kind kind = {
    .name = "limits",
    .variable = "IRONBENCH_LIMITS",
    .subject = "the limits",
    .were = "were",
    .remedy = "`ironbench doctor --limits` measures them in under 20 s",
    .schema = 1,
};

const char *ib_limits_path(struct ib_arena *arena, const struct ib_machine *machine)
{
    return ib_kept_path(arena, &kind, machine);
}

/* A device of any vendor whose driver is loaded. */
static bool has_accelerator(void)
{
    static const char *const nodes[] = {"/dev/nvidiactl", "/dev/kfd", "/dev/dri/renderD128"};
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        if (access(nodes[i], F_OK) == 0)
            return true;
    return false;
}

static enum ib_status unpack(const json_t *file, struct ib_arena *arena, struct ib_limits *out)
{
    const json_t *threads = json_object_get(file, "threads");
    if (json_integer_value(threads) < 1)
        return ib_fail(IB_EINVAL, out->path, "`threads` is not a number of at least 1");
    out->threads = (uint64_t)json_integer_value(threads);
    out->measured = ib_kept_measured(arena, file);
    return ib_rates_from_json(out->path, json_object_get(file, "rates"), arena, &out->rates);
}

enum ib_kept_state ib_limits_load(struct ib_arena *arena, const struct ib_machine *machine,
                                  struct ib_limits *out, const char **why)
{
    json_t *file;
    *out = (struct ib_limits){.path = ib_limits_path(arena, machine), .has_accelerator = has_accelerator()};
    enum ib_kept_state state = ib_kept_load(arena, &kind, machine, out->path, &file, why);
    if (state == IB_KEPT_KNOWN && unpack(file, arena, out) != IB_OK) {
        state = IB_KEPT_DAMAGED;
        *why = ib_kept_damaged(arena, &kind);
    }
    json_decref(file);
    return state;
}

json_t *ib_limits_to_json(const struct ib_limits *l, const struct ib_machine *machine)
{
    json_t *out = ib_kept_json(&kind, machine, l->measured);
    json_object_set_new(out, "threads", json_integer((json_int_t)l->threads));
    json_object_set_new(out, "rates", ib_rates_to_json(&l->rates));
    return out;
}

enum ib_status ib_limits_save(const struct ib_limits *l, const struct ib_machine *machine)
{
    json_t *json = ib_limits_to_json(l, machine);
    const enum ib_status status = ib_kept_save(&kind, l->path, json);
    json_decref(json);
    return status;
}
