#include "machine/kept.h"

#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_BYTES = 1 << 26 };

/* The specification says to ignore a relative XDG_CACHE_HOME. */
const char *ib_kept_path(struct ib_arena *arena, const struct ib_kept_kind *kind,
                         const struct ib_machine *machine)
{
    const char *file = getenv(kind->variable), *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (file)
        return file[0] ? file : NULL;
    if (cache && cache[0] == '/')
        return ib_arena_print(arena, "%s/ironbench/%s-%s.json", cache, kind->name, machine->fingerprint);
    if (home && home[0] == '/')
        return ib_arena_print(arena, "%s/.cache/ironbench/%s-%s.json", home, kind->name,
                              machine->fingerprint);
    return NULL;
}

/* ---- reading ---- */

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

/* A file that names no machine, as limits from a processor's sheet, is for any. */
static bool is_of(const json_t *file, const char *name, const char *value)
{
    const char *text = json_string_value(json_object_get(file, name));
    return !text || strcmp(text, value) == 0;
}

const char *ib_kept_damaged(struct ib_arena *arena, const struct ib_kept_kind *kind)
{
    return ib_arena_print(arena, "%s of this machine cannot be read: %s; %s", kind->subject, ib_error_text(),
                          kind->remedy);
}

static enum ib_status read_kind(struct ib_arena *arena, const struct ib_kept_kind *kind, const char *path,
                                json_t **out)
{
    IB_TRY(read_file(arena, path, out));
    return json_integer_value(json_object_get(*out, "schema")) == kind->schema
               ? IB_OK
               : ib_fail(IB_EINVAL, path, "`schema` is not %d", kind->schema);
}

enum ib_kept_state ib_kept_load(struct ib_arena *arena, const struct ib_kept_kind *kind,
                                const struct ib_machine *machine, const char *path, json_t **out,
                                const char **why)
{
    *out = NULL;
    *why = ib_arena_print(arena, "%s of this machine %s not measured; %s", kind->subject, kind->were,
                          kind->remedy);
    if (!path || (access(path, F_OK) != 0 && errno == ENOENT))
        return IB_KEPT_ABSENT;
    const enum ib_status status = read_kind(arena, kind, path, out);
    if (status == IB_OK && is_of(*out, "fingerprint", machine->fingerprint) &&
        is_of(*out, "processor", processor(arena, machine)))
        return IB_KEPT_KNOWN;
    *why = status == IB_OK ? ib_arena_print(arena, "%s holds %s of another machine; %s", path, kind->subject,
                                            kind->remedy)
                           : ib_kept_damaged(arena, kind);
    return status == IB_OK ? IB_KEPT_FOREIGN : IB_KEPT_DAMAGED;
}

const char *ib_kept_measured(struct ib_arena *arena, const json_t *file)
{
    const char *measured = json_string_value(json_object_get(file, "measured"));
    return ib_arena_copy(arena, measured ? measured : "at an unknown time");
}

/* ---- writing ---- */

const char *ib_kept_now(struct ib_arena *arena)
{
    char text[32];
    struct tm utc;
    const time_t seconds = time(NULL);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
    return ib_arena_copy(arena, text);
}

json_t *ib_kept_json(const struct ib_kept_kind *kind, const struct ib_machine *machine, const char *measured)
{
    struct ib_arena arena = {0};
    json_t *out =
        json_pack("{s:i, s:s, s:s, s:s, s:s}", "schema", kind->schema, "fingerprint", machine->fingerprint,
                  "processor", processor(&arena, machine), "measured", measured, "version", IB_VERSION);
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

enum ib_status ib_kept_save(const struct ib_kept_kind *kind, const char *path, const json_t *json)
{
    struct ib_arena arena = {0};
    if (!path)
        return ib_fail(IB_EIO, NULL,
                       "there is no folder to keep %s in: set HOME, XDG_CACHE_HOME or %s, the name of a file",
                       kind->subject, kind->variable);
    enum ib_status status = ib_file_make_parents(ib_arena_copy(&arena, path));
    if (status == IB_OK)
        status = write_file(&arena, path, json);
    ib_arena_free(&arena);
    return status;
}
