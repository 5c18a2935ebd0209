#include "plugin/abi.h"

#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The minimum sizes of tables of ABI 1. */
enum {
    MIN_IMPL = offsetof(struct ib_impl, fused) + sizeof(((struct ib_impl *)NULL)->fused),
    MIN_TABLE = 2 * sizeof(void *), /* struct_size and one function */
    MAX_NAME_LENGTH = 63
};

bool ib_is_impl_name(const char *name)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz", all[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    size_t n = strnlen(name, MAX_NAME_LENGTH + 1);
    return n <= MAX_NAME_LENGTH && strspn(name, first) > 0 && strspn(name, all) == n;
}

/* Copies whole fields only: all except the first few are pointers or 64-bit. */
static void copy_table(void *to, uint32_t to_bytes, const void *from, uint32_t from_bytes)
{
    uint32_t bytes = from_bytes < to_bytes ? from_bytes : to_bytes;
    memset(to, 0, to_bytes);
    memcpy(to, from, bytes - bytes % sizeof(void *));
    memcpy(to, &to_bytes, sizeof to_bytes);
}

static enum ib_status check_impl(const char *where, const struct ib_impl *impl, uint32_t i)
{
    if (!impl)
        return ib_fail(IB_EINVAL, where, "implementation %" PRIu32 " is a NULL pointer", i);
    if (impl->abi_major != IB_ABI_MAJOR)
        return ib_fail(IB_EINVAL, where,
                       "was built for ABI %" PRIu32
                       ", but this program uses ABI %u: rebuild it with this program's header",
                       impl->abi_major, IB_ABI_MAJOR);
    if (impl->struct_size < MIN_IMPL)
        return ib_fail(IB_EINVAL, where,
                       "the struct_size of implementation %" PRIu32 " is %" PRIu32
                       "; at least %d is required: set it to sizeof(struct ib_impl)",
                       i, impl->struct_size, (int)MIN_IMPL);
    if (!impl->name || !ib_is_impl_name(impl->name))
        return ib_fail(IB_EINVAL, where,
                       "implementation %" PRIu32
                       " has the invalid name `%.70s`; allowed: a lower-case letter, then lower-case "
                       "letters, digits and _; at most %d characters",
                       i, impl->name ? impl->name : "", (int)MAX_NAME_LENGTH);
    return IB_OK;
}

static enum ib_status check_names(const char *where, const struct ib_plugin_tables *tables, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(tables[i].impl.name, tables[j].impl.name) == 0)
                return ib_fail(IB_EINVAL, where, "contains two implementations named %s",
                               tables[i].impl.name);
    return IB_OK;
}

/* ---- faults of one implementation ---- */

static void set_fault(struct ib_plugin_tables *t, const char *what)
{
    if (!t->fault[0])
        snprintf(t->fault, sizeof t->fault, "%s", what);
}

/* Copies a table that the implementation points to; returns the copy, or NULL if there is none. */
static const void *adopt(struct ib_plugin_tables *t, const char *field, void *to, uint32_t to_bytes,
                         const void *from)
{
    uint32_t bytes;
    char what[96];
    if (!from)
        return NULL;
    memcpy(&bytes, from, sizeof bytes);
    if (bytes < MIN_TABLE) {
        snprintf(what, sizeof what,
                 "the struct_size of `%s` is %" PRIu32 ", which is too small: set it to the struct's sizeof",
                 field, bytes);
        set_fault(t, what);
        return NULL;
    }
    copy_table(to, to_bytes, from, bytes);
    return to;
}

static void check_options(struct ib_plugin_tables *t)
{
    for (const struct ib_option *o = t->impl.options; o && o->name; o++)
        if (!o->default_value || o->type < IB_OPTION_INT || o->type > IB_OPTION_TEXT)
            set_fault(t, "an option has no valid type or no default_value");
}

static void check_fields(struct ib_plugin_tables *t)
{
    const struct ib_mem_ops *mem = t->impl.mem;
    const struct ib_capture *capture = t->impl.capture;
    const struct ib_fused *fused = t->impl.fused;
    if (!t->impl.ops && !(t->impl.fused && t->fused.steps))
        set_fault(t, "neither `ops` nor `fused` with `steps` is set; one of them is required");
    if (!t->impl.open || !t->impl.close)
        set_fault(t, "`open` or `close` is missing");
    if (mem && (!mem->alloc || !mem->free || !mem->h2d || !mem->d2h || !mem->sync))
        set_fault(t, "`mem` must set all of alloc, free, h2d, d2h and sync");
    if (mem && (!mem->mark != !mem->elapsed || !mem->host_alloc != !mem->host_free))
        set_fault(t, "`mem` must set both or neither of mark and elapsed, and of host_alloc and host_free");
    if (capture && (!capture->epochs || !capture->begin || !capture->end || !capture->replay))
        set_fault(t, "`capture` must set all of epochs, begin, end and replay");
    if (fused && !fused->prepare != !fused->release)
        set_fault(t, "`fused` must set both or neither of prepare and release");
    check_options(t);
}

static void adopt_impl(const struct ib_impl *from, struct ib_plugin_tables *t)
{
    struct ib_impl *impl = &t->impl;
    t->fault[0] = '\0';
    copy_table(impl, sizeof *impl, from, from->struct_size);
    impl->mem = adopt(t, "mem", &t->mem, sizeof t->mem, impl->mem);
    impl->ops = adopt(t, "ops", &t->ops, sizeof t->ops, impl->ops);
    impl->fused = adopt(t, "fused", &t->fused, sizeof t->fused, impl->fused);
    impl->capture = adopt(t, "capture", &t->capture, sizeof t->capture, impl->capture);
    if (!impl->summary)
        impl->summary = "";
    check_fields(t);
}

enum ib_status ib_plugin_tables_adopt(const char *where, const struct ib_impl *const *impls, uint32_t count,
                                      struct ib_plugin_tables *out)
{
    for (uint32_t i = 0; i < count; i++) {
        IB_TRY(check_impl(where, impls[i], i));
        adopt_impl(impls[i], &out[i]);
    }
    return check_names(where, out, count);
}
