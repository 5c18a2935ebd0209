#include "config/sweep.h"

enum ib_status ib_sweep_open(const char *path, const char *const *keep, const char *const *drop,
                             struct ib_sweep *out)
{
    *out = (struct ib_sweep){0};
    IB_TRY(ib_config_read(path, &out->config));
    enum ib_status status = ib_selection_parse(&out->config.arena, keep, drop, &out->config.selection);
    if (status == IB_OK)
        status = ib_registry_open(out->config.plugins, &out->registry);
    if (status == IB_OK)
        status = ib_matrix_build(&out->config, out->registry, &out->matrix);
    if (status != IB_OK) {
        ib_registry_close(out->registry);
        ib_config_free(&out->config);
    }
    return status;
}

void ib_sweep_close(struct ib_sweep *sweep)
{
    ib_matrix_free(&sweep->matrix);
    ib_registry_close(sweep->registry);
    ib_config_free(&sweep->config);
}
