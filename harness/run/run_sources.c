#include "run/run_sources.h"

#include "base/file.h"
#include "base/git.h"

#include <string.h>
#include <sys/stat.h>

/* The repositories found so far. Files of one folder have one repository. */
struct sources {
    struct ib_arena *arena;
    struct ib_source_record *list;
    size_t n, capacity;
    struct known {
        const char *folder;
        struct ib_git_state state;
    } * known;
    size_t n_known, known_capacity;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The state of a folder that has been looked at, for another file in it. */
static struct ib_git_state state_for(struct ib_arena *arena, const struct known *known, const char *path)
{
    struct ib_git_state out = known->state;
    const int length = (int)(base_name(out.path) - out.path);
    out.path = out.commit ? ib_arena_print(arena, "%.*s%s", length, out.path, base_name(path)) : path;
    return out;
}

static struct ib_git_state look_at(struct sources *s, const char *path)
{
    const char *folder = ib_file_folder(s->arena, path);
    for (size_t i = 0; i < s->n_known; i++)
        if (strcmp(s->known[i].folder, folder) == 0)
            return state_for(s->arena, &s->known[i], path);
    s->known = ib_arena_grow(s->arena, s->known, sizeof *s->known, s->n_known, &s->known_capacity);
    struct known *known = &s->known[s->n_known++];
    known->folder = folder;
    ib_git_state_of(s->arena, path, &known->state);
    return known->state;
}

static void add(struct sources *s, enum ib_source_kind kind, const char *impl,
                const struct ib_git_state *state)
{
    s->list = ib_arena_grow(s->arena, s->list, sizeof *s->list, s->n, &s->capacity);
    s->list[s->n++] = (struct ib_source_record){.kind = kind,
                                                .impl = impl,
                                                .path = state->path,
                                                .commit = state->commit,
                                                .reason = state->reason,
                                                .committed = state->committed,
                                                .branch = state->branch,
                                                .dirty = state->dirty};
}

static bool is_file(const char *path)
{
    struct stat info;
    return strchr(path, '/') && stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* Of the first file among the words of a command that is in a repository: of a script, rather than its
 * interpreter. */
static struct ib_git_state look_at_command(struct sources *s, const char *const *command)
{
    struct ib_git_state first = {.dirty = IB_UNKNOWN, .reason = "none of the command's words names a file"};
    bool any = false;
    for (; *command; command++) {
        if (!is_file(*command))
            continue;
        const struct ib_git_state state = look_at(s, *command);
        if (state.commit)
            return state;
        first = any ? first : state;
        any = true;
    }
    return first;
}

static bool has(const struct sources *s, const char *impl)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->list[i].impl && strcmp(s->list[i].impl, impl) == 0)
            return true;
    return false;
}

/* What is built in has no file of its own. */
static void add_impl(struct sources *s, const struct ib_impl_info *info)
{
    if ((!info->plugin && !info->command) || has(s, info->name))
        return;
    const struct ib_git_state state =
        info->command ? look_at_command(s, info->command) : look_at(s, info->plugin);
    add(s, info->command ? IB_SOURCE_PROGRAM : IB_SOURCE_PLUGIN, info->name, &state);
}

enum ib_status ib_run_sources_record(struct ib_store *store, const struct ib_config *config,
                                     const struct ib_case *cases, size_t n)
{
    struct ib_arena arena = {0};
    struct sources s = {.arena = &arena};
    const struct ib_git_state state = look_at(&s, config->path);
    const struct ib_impl_info *last = NULL;
    add(&s, IB_SOURCE_CONFIGURATION, NULL, &state);
    for (size_t i = 0; i < n; i++) {
        if (cases[i].impl->info != last)
            add_impl(&s, cases[i].impl->info);
        last = cases[i].impl->info;
    }
    const enum ib_status status = ib_store_put_sources(store, s.list, s.n);
    ib_arena_free(&arena);
    return status;
}
