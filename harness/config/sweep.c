#include "config/sweep.h"

#include "base/error.h"
#include "base/json_text.h"
#include "parent/worker_files.h"

#include <stdlib.h>
#include <string.h>

/* A baseline that no case uses would later be replaced silently. */
static enum ib_status check_baseline(const struct ib_config *config, const struct ib_matrix *matrix)
{
    for (size_t i = 0; config->baseline && i < matrix->n; i++) {
        const struct ib_configured_impl *impl = matrix->cases[i].impl;
        if (strcmp(config->baseline, impl->info->name) == 0 || strcmp(config->baseline, impl->label) == 0)
            return IB_OK;
    }
    return config->baseline ? ib_fail(IB_EINVAL, config->baseline_where,
                                      "key `baseline`: no case of this sweep runs `%s`", config->baseline)
                            : IB_OK;
}

/* ["-s impl=cpu_*", "-x rows>1000"], or NULL. */
static const char *selection_text(struct ib_arena *arena, const char *const *keep, const char *const *drop)
{
    json_t *flags = json_array();
    for (; *keep; keep++)
        json_array_append_new(flags, ib_json_text(ib_arena_print(arena, IB_SELECT_FLAG " %s", *keep)));
    for (; *drop; drop++)
        json_array_append_new(flags, ib_json_text(ib_arena_print(arena, IB_EXCLUDE_FLAG " %s", *drop)));
    char *text = json_array_size(flags) ? json_dumps(flags, JSON_COMPACT) : NULL;
    const char *kept = text ? ib_arena_copy(arena, text) : NULL;
    free(text);
    json_decref(flags);
    return kept;
}

enum ib_status ib_sweep_add_externals(const struct ib_config *config, struct ib_registry *registry)
{
    return ib_registry_add_externals(registry, config->externals, config->n_externals,
                                     config->measure.timeout_ns);
}

/* Checks the paths of the file here, where its line is known. */
static enum ib_status check_plugins(const struct ib_config *config)
{
    for (const char *const *path = config->plugins; *path; path++)
        if (ib_plugin_check_file(*path) != IB_OK)
            return ib_fail(IB_EINVAL, config->plugins_where, "key `plugins`: %s", ib_error_text());
    return IB_OK;
}

static enum ib_status open_registry(struct ib_config *config, const char *const *more,
                                    struct ib_registry **out)
{
    IB_TRY(check_plugins(config));
    ib_config_add_plugins(config, more);
    return ib_registry_open(config->plugins, out);
}

/* The flag --sandbox has been obeyed already. */
static enum ib_status use_sandbox(struct ib_config *config)
{
    if (config->measure.sandbox)
        IB_TRY(ib_sandbox_workers("key `measure.sandbox`"));
    config->measure.sandbox = ib_workers_sandboxed();
    return IB_OK;
}

enum ib_status ib_sweep_open(const char *path, const char *const *keep, const char *const *drop,
                             const char *const *plugins, struct ib_sweep *out)
{
    struct ib_config *config = &out->config;
    *out = (struct ib_sweep){0};
    IB_TRY(ib_config_read(path, config));
    enum ib_status status = ib_case_selection_parse(&config->arena, keep, drop, &config->selection);
    config->selection_text = selection_text(&config->arena, keep, drop);
    if (status == IB_OK) /* before any implementation is asked */
        status =
            ib_case_selection_check_names(&config->arena, &config->selection, config->specs, config->n_specs);
    if (status == IB_OK)
        status = use_sandbox(config);
    if (status == IB_OK)
        status = open_registry(config, plugins, &out->registry);
    if (status == IB_OK)
        status = ib_sweep_add_externals(config, out->registry);
    if (status == IB_OK)
        status = ib_matrix_build(config, out->registry, &out->matrix);
    if (status == IB_OK)
        status = ib_registry_check_workers(out->registry);
    if (status == IB_OK)
        status = check_baseline(config, &out->matrix);
    if (status != IB_OK)
        ib_sweep_close(out);
    return status;
}

void ib_sweep_keep(struct ib_sweep *sweep, const bool *kept)
{
    struct ib_matrix *matrix = &sweep->matrix;
    struct ib_case *cases = ib_arena_alloc(&matrix->arena, matrix->n * sizeof *cases);
    size_t n = 0;
    for (size_t i = 0; i < matrix->n; i++)
        if (kept[i])
            cases[n++] = matrix->cases[i];
    matrix->cases = cases;
    matrix->n = n;
}

void ib_sweep_close(struct ib_sweep *sweep)
{
    ib_matrix_free(&sweep->matrix);
    ib_registry_close(sweep->registry);
    ib_config_free(&sweep->config);
}
