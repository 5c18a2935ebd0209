#include "machine/limits.h"

#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SCHEMA = 1, MAX_BYTES = 1 << 20 };

/* ---- where ---- */

/* The specification says to ignore a relative XDG_CACHE_HOME. */
const char *ib_limits_path(struct ib_arena *arena, const struct ib_machine *machine)
{
    const char *file = getenv("IRONBENCH_LIMITS"), *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (file)
        return file[0] ? file : NULL;
    if (cache && cache[0] == '/')
        return ib_arena_print(arena, "%s/ironbench/limits-%s.json", cache, machine->fingerprint);
    if (home && home[0] == '/')
        return ib_arena_print(arena, "%s/.cache/ironbench/limits-%s.json", home, machine->fingerprint);
    return NULL;
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

/* ---- reading ---- */

static enum ib_status unpack(const json_t *file, struct ib_arena *arena, struct ib_limits *out)
{
    const json_t *threads = json_object_get(file, "threads");
    if (json_integer_value(json_object_get(file, "schema")) != SCHEMA)
        return ib_fail(IB_EINVAL, out->path, "`schema` is not %d", SCHEMA);
    if (json_integer_value(threads) < 1)
        return ib_fail(IB_EINVAL, out->path, "`threads` is not a number of at least 1");
    out->threads = (uint64_t)json_integer_value(threads);
    const char *measured = json_string_value(json_object_get(file, "measured"));
    out->measured = ib_arena_copy(arena, measured ? measured : "at an unknown time");
    return ib_rates_from_json(out->path, json_object_get(file, "rates"), arena, &out->rates);
}

static enum ib_status read_file(struct ib_arena *arena, const char *path, json_t **out)
{
    json_error_t error;
    char *text;
    size_t bytes;
    IB_TRY(ib_file_read(arena, path, MAX_BYTES, &text, &bytes));
    *out = json_loadb(text, bytes, 0, &error);
    return *out ? IB_OK : ib_fail_at(path, (size_t)error.line, 0, "%s", error.text);
}

/* What the fingerprint leaves out, since few programs need it: processors of one name may differ. */
static const char *processor(struct ib_arena *arena, const struct ib_machine *m)
{
    const char *text = m->cpu ? m->cpu : "";
    for (const struct ib_named_text *c = m->caches; c && c->name; c++)
        text = ib_arena_print(arena, "%s, %s %s", text, c->name, c->text);
    return text;
}

/* Limits that name no machine, as those from a processor's sheet, are for any. */
static bool is_of(const json_t *file, const char *name, const char *value)
{
    const char *text = json_string_value(json_object_get(file, name));
    return !text || strcmp(text, value) == 0;
}

#define REMEDY "`ironbench doctor --limits` measures them in under 20 s"

static enum ib_limits_state judge(struct ib_arena *arena, const struct ib_machine *machine,
                                  struct ib_limits *out, const char **why)
{
    json_t *file = NULL;
    enum ib_status status = read_file(arena, out->path, &file);
    const bool ours = is_of(file, "fingerprint", machine->fingerprint) &&
                      is_of(file, "processor", processor(arena, machine));
    if (status == IB_OK)
        status = unpack(file, arena, out);
    json_decref(file);
    if (status != IB_OK)
        *why =
            ib_arena_print(arena, "the limits of this machine cannot be read: %s; " REMEDY, ib_error_text());
    else if (!ours)
        *why = ib_arena_print(arena, "%s holds the limits of another machine; " REMEDY, out->path);
    return status != IB_OK ? IB_LIMITS_DAMAGED : ours ? IB_LIMITS_KNOWN : IB_LIMITS_FOREIGN;
}

enum ib_limits_state ib_limits_load(struct ib_arena *arena, const struct ib_machine *machine,
                                    struct ib_limits *out, const char **why)
{
    *out = (struct ib_limits){.path = ib_limits_path(arena, machine), .has_accelerator = has_accelerator()};
    *why = "the limits of this machine were not measured; " REMEDY;
    if (!out->path || (access(out->path, F_OK) != 0 && errno == ENOENT))
        return IB_LIMITS_ABSENT;
    return judge(arena, machine, out, why);
}

/* ---- writing ---- */

json_t *ib_limits_to_json(const struct ib_limits *l, const struct ib_machine *machine)
{
    struct ib_arena arena = {0};
    json_t *out = json_pack("{s:i, s:s, s:s, s:s, s:s, s:I, s:o}", "schema", SCHEMA, "fingerprint",
                            machine->fingerprint, "processor", processor(&arena, machine), "measured",
                            l->measured, "version", IB_VERSION, "threads", (json_int_t)l->threads, "rates",
                            ib_rates_to_json(&l->rates));
    ib_arena_free(&arena);
    return out;
}

/* Under another name first, so that a reader never sees half of it. */
static enum ib_status write_file(struct ib_arena *arena, const char *path, const json_t *json)
{
    const char *part = ib_arena_print(arena, "%s.%ld", path, (long)getpid());
    FILE *file = fopen(part, "we");
    if (!file)
        return ib_fail_errno(path, "cannot write");
    bool written = json_dumpf(json, file, JSON_INDENT(1)) == 0 && fputc('\n', file) != EOF;
    written = fclose(file) == 0 && written && rename(part, path) == 0;
    const enum ib_status status = written ? IB_OK : ib_fail_errno(path, "cannot write");
    if (!written)
        unlink(part);
    return status;
}

enum ib_status ib_limits_save(const struct ib_limits *l, const struct ib_machine *machine)
{
    struct ib_arena arena = {0};
    if (!l->path)
        return ib_fail(IB_EIO, NULL,
                       "there is no folder to keep the limits in: set HOME, XDG_CACHE_HOME or "
                       "IRONBENCH_LIMITS, the name of a file");
    json_t *json = ib_limits_to_json(l, machine);
    enum ib_status status = ib_file_make_parents(ib_arena_copy(&arena, l->path));
    if (status == IB_OK)
        status = write_file(&arena, l->path, json);
    json_decref(json);
    ib_arena_free(&arena);
    return status;
}
