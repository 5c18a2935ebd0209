#include "gate/baseline_build.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_plugin(const char *path)
{
    size_t length = strlen(path);
    return length > 3 && strcmp(path + length - 3, ".so") == 0;
}

/* Fails if the plugin cannot be loaded: the old side consists of nothing else. */
static enum ib_status open_plugin(const char *path, struct ib_registry **out)
{
    IB_TRY(ib_registry_open_plugin(path, out));
    const char *fault = ib_registry_fault(*out);
    return fault ? ib_fail(IB_EINVAL, NULL, "%s", fault) : IB_OK; /* closed with the rest */
}

static enum ib_status open_registry(const struct ib_sweep *sweep, const char *path,
                                    struct ib_baseline_build *old)
{
    char *whole = realpath(path, NULL); /* bare names would be searched for in system folders */
    const char *kept = whole ? ib_arena_copy(&old->arena, whole) : NULL;
    free(whole);
    if (!kept)
        return ib_fail(IB_EINVAL, path, "no such file; --against needs a program or a plugin (.so)");
    if (is_plugin(kept))
        return open_plugin(kept, &old->registry);
    if (access(kept, X_OK) != 0)
        return ib_fail(IB_EINVAL, path, "not executable; --against needs a program or a plugin (.so)");
    old->program = kept;
    IB_TRY(ib_registry_open_program(kept, sweep->config.plugins, &old->registry));
    return ib_sweep_add_externals(&sweep->config, old->registry);
}

/* ---- cases ---- */

static bool has_option(const struct ib_impl_info *info, const char *name)
{
    for (const struct ib_option *o = info->options; o->name; o++)
        if (strcmp(o->name, name) == 0)
            return true;
    return false;
}

/* Why the old implementation cannot run the case; NULL if it can. */
static const char *why_unusable(struct ib_arena *arena, const struct ib_configured_impl *choice,
                                const struct ib_impl_info *old)
{
    if (!old)
        return ib_arena_print(arena, "%s is new: the old side has no such implementation",
                              choice->info->name);
    if (!old->available)
        return old->reason;
    if (old->device != choice->info->device)
        return ib_arena_print(arena, "%s was not a %s implementation", choice->info->name,
                              choice->info->device ? "device" : "host");
    for (size_t i = 0; i < choice->n_settings; i++)
        if (!has_option(old, choice->settings[i].name))
            return ib_arena_print(arena, "the old %s has no option `%s`", choice->info->name,
                                  choice->settings[i].name);
    return NULL;
}

static const struct ib_configured_impl *old_impl(struct ib_baseline_build *old,
                                                 const struct ib_configured_impl *choice)
{
    const struct ib_impl_info *found = ib_registry_find(old->registry, choice->info->name);
    const char *reason = why_unusable(&old->arena, choice, found);
    struct ib_impl_info *info = ib_arena_alloc(&old->arena, sizeof *info);
    struct ib_configured_impl *copy = ib_arena_alloc(&old->arena, sizeof *copy);
    *info = found ? *found : *choice->info;
    info->available = !reason;
    info->reason = reason;
    *copy = *choice;
    copy->info = info;
    return copy;
}

static bool has_any(const struct ib_baseline_build *old, const struct ib_matrix *matrix)
{
    for (size_t i = 0; i < matrix->n; i++)
        if (ib_registry_find(old->registry, matrix->cases[i].impl->info->name))
            return true;
    return false;
}

/* Cases that share an implementation in the matrix share it here. */
static void make_cases(const struct ib_matrix *matrix, struct ib_baseline_build *old)
{
    struct ib_case *cases = ib_arena_alloc(&old->arena, (matrix->n + 1) * sizeof *cases);
    for (size_t i = 0; i < matrix->n; i++) {
        const struct ib_configured_impl *choice = NULL;
        for (size_t j = 0; j < i && !choice; j++)
            if (matrix->cases[j].impl == matrix->cases[i].impl)
                choice = cases[j].impl;
        cases[i] = matrix->cases[i];
        cases[i].impl = choice ? choice : old_impl(old, matrix->cases[i].impl);
    }
    old->cases = cases;
}

enum ib_status ib_baseline_build_open(const char *path, const struct ib_sweep *sweep,
                                      struct ib_baseline_build *out)
{
    char names[256];
    *out = (struct ib_baseline_build){0};
    enum ib_status status = open_registry(sweep, path, out);
    if (status == IB_OK && !has_any(out, &sweep->matrix))
        status = ib_fail(IB_EINVAL, path, "has none of the implementations of this sweep; it has %s",
                         ib_name_list(ib_registry_names(out->registry), names, sizeof names));
    if (status == IB_OK)
        make_cases(&sweep->matrix, out);
    else
        ib_baseline_build_close(out);
    return status;
}

void ib_baseline_build_close(struct ib_baseline_build *old)
{
    ib_registry_close(old->registry);
    ib_arena_free(&old->arena);
    *old = (struct ib_baseline_build){0};
}
