#include "protocol/driver_counters.h"

#include "protocol/unpack.h"

#include <stdio.h>

/* All counters of struct ib_copies. */
static const struct counter {
    const char *name;
    size_t offset;
} counters[] = {
#define COUNTER(name)                                                                                        \
    {                                                                                                        \
#name, offsetof(struct ib_copies, name)                                                              \
    }
    COUNTER(h2d_count),    COUNTER(h2d_bytes),    COUNTER(d2h_count),      COUNTER(d2h_bytes),
    COUNTER(launch_count), COUNTER(sync_count),   COUNTER(d2d_count),      COUNTER(d2d_bytes),
    COUNTER(memset_count), COUNTER(memset_bytes), COUNTER(pageable_count), COUNTER(pageable_bytes),
    COUNTER(pinned_count), COUNTER(pinned_bytes),
#undef COUNTER
};
enum { COUNTER_COUNT = sizeof counters / sizeof *counters };
_Static_assert(sizeof(struct ib_copies) == (1 + COUNTER_COUNT) * sizeof(uint64_t), "a counter is left out");

static uint64_t *counted(struct ib_copies *copies, const struct counter *counter)
{
    return (uint64_t *)(void *)((char *)copies + counter->offset);
}

bool ib_driver_counters_independent(const struct ib_driver_counters *t)
{
    return ib_driver_counters_given(t) && strcmp(t->source, IB_CLAIMS) != 0;
}

void ib_driver_counters_clear(struct ib_driver_counters *t)
{
    *t = (struct ib_driver_counters){.seen = {.struct_size = sizeof t->seen}};
    for (int i = 0; i < COUNTER_COUNT; i++)
        *counted(&t->seen, &counters[i]) = IB_UNCOUNTED;
    t->opened = t->claimed = t->seen;
}

/* Launches and syncs are not reduced, because the kernels' counts include all launches. */
void ib_driver_counters_leave_out(struct ib_driver_counters *t, const struct ib_copies *opened)
{
    t->opened = *opened;
    for (int i = 0; i < COUNTER_COUNT; i++) {
        uint64_t *seen = counted(&t->seen, &counters[i]);
        const uint64_t before = *counted(&t->opened, &counters[i]);
        if (seen != &t->seen.launch_count && seen != &t->seen.sync_count && *seen != IB_UNCOUNTED &&
            before != IB_UNCOUNTED)
            *seen -= before;
    }
}

/* ---- kernels ---- */

static void write_name(const char *name, char *out, size_t n)
{
    snprintf(out, n, "%s", name);
    for (char *at = out; *at; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
}

/* Returns the entry of this name, or a new one; IB_OTHER_KERNELS if all are in use. */
static struct ib_kernel_count *entry_of(struct ib_driver_counters *t, const char *name)
{
    for (uint32_t i = 0; i < t->n_kernels; i++)
        if (strcmp(t->kernels[i].name, name) == 0)
            return &t->kernels[i];
    if (t->n_kernels > IB_DRIVER_COUNTERS_KERNELS)
        return &t->kernels[IB_DRIVER_COUNTERS_KERNELS];
    struct ib_kernel_count *new = &t->kernels[t->n_kernels++];
    write_name(t->n_kernels > IB_DRIVER_COUNTERS_KERNELS ? IB_OTHER_KERNELS : name, new->name,
               sizeof new->name);
    return new;
}

void ib_driver_counters_add_kernel(struct ib_driver_counters *t, const char *name, uint64_t count)
{
    char known[sizeof t->kernels->name];
    write_name(name, known, sizeof known);
    entry_of(t, known)->count += count;
}

/* ---- JSON ---- */

static json_t *seen_to_json(const struct ib_copies *seen)
{
    struct ib_copies copy = *seen;
    json_t *object = json_object();
    for (int i = 0; i < COUNTER_COUNT; i++) {
        const uint64_t value = *counted(&copy, &counters[i]);
        if (value != IB_UNCOUNTED)
            json_object_set_new(object, counters[i].name, json_integer((json_int_t)value));
    }
    return object;
}

json_t *ib_driver_counters_to_json(const struct ib_driver_counters *t)
{
    json_t *kernels = json_array();
    for (uint32_t i = 0; i < t->n_kernels; i++)
        json_array_append_new(kernels,
                              json_pack("[s, I]", t->kernels[i].name, (json_int_t)t->kernels[i].count));
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "source", t->source, "reason", t->reason, "seen",
                     seen_to_json(&t->seen), "claimed", seen_to_json(&t->claimed), "opened",
                     seen_to_json(&t->opened), "kernels", kernels);
}

static enum ib_status seen_from_json(const json_t *object, struct ib_copies *out)
{
    for (int i = 0; i < COUNTER_COUNT; i++) {
        const json_t *value = json_object_get(object, counters[i].name);
        if (value && !json_is_integer(value))
            return ib_fail(IB_EINVAL, "protocol", "tracer: %s is not an integer", counters[i].name);
        if (value)
            *counted(out, &counters[i]) = (uint64_t)json_integer_value(value);
    }
    return IB_OK;
}

enum ib_status ib_driver_counters_from_json(const json_t *value, struct ib_driver_counters *out)
{
    const char *source, *reason, *name;
    json_t *seen, *claimed = NULL, *opened, *kernels, *kernel;
    json_int_t count;
    size_t i;
    IB_UNPACK(value, "{s:s, s:s, s:o, s?o, s:o, s:o}", "source", &source, "reason", &reason, "seen", &seen,
              "claimed", &claimed, "opened", &opened, "kernels", &kernels);
    ib_driver_counters_clear(out);
    snprintf(out->source, sizeof out->source, "%s", source);
    snprintf(out->reason, sizeof out->reason, "%s", reason);
    IB_TRY(seen_from_json(seen, &out->seen));
    IB_TRY(seen_from_json(claimed, &out->claimed)); /* absent from older builds */
    IB_TRY(seen_from_json(opened, &out->opened));
    json_array_foreach (kernels, i, kernel) {
        IB_UNPACK(kernel, "[s, I]", &name, &count);
        ib_driver_counters_add_kernel(out, name, (uint64_t)count);
    }
    return IB_OK;
}
