#include "check/check.h"

#include "base/error.h"
#include "base/file.h"
#include "check/op_checks.h"
#include "check/training_checks.h"
#include "core/model.h"
#include "ops/operation.h"

static enum ib_status check_operation_names(const struct ib_check_request *request)
{
    for (size_t i = 0; request->operations[i]; i++)
        if (!ib_operation_find(request->operations[i])) {
            const char *names[IB_OPERATION_COUNT + 1] = {NULL};
            char list[512], hint[128];
            for (size_t j = 0; j < IB_OPERATION_COUNT; j++)
                names[j] = ib_operations[j]->name;
            return ib_fail(IB_EINVAL, request->operation_flag, "unknown operation `%s`%s; allowed: %s",
                           IB_SHORT(request->operations[i]),
                           ib_hint(request->operations[i], names, hint, sizeof hint),
                           ib_name_list(names, list, sizeof list));
        }
    return IB_OK;
}

static enum ib_status check_names(struct ib_registry *registry, const struct ib_check_request *request)
{
    if (!ib_registry_find(registry, request->name)) {
        const char *const *names = ib_registry_names(registry);
        char list[512], hint[128];
        return ib_fail(
            IB_EINVAL, request->name, "unknown implementation%s; allowed: %s, or the path of a plugin",
            ib_hint(request->name, names, hint, sizeof hint), ib_name_list(names, list, sizeof list));
    }
    IB_TRY(ib_registry_check_workers(registry));
    IB_TRY(check_operation_names(request));
    for (size_t i = 0; request->models[i]; i++)
        if (!ib_model_find(request->models[i])) {
            const char *const *names = ib_model_names();
            char list[128], hint[128];
            return ib_fail(IB_EINVAL, request->model_flag, "unknown model `%s`%s; allowed: %s",
                           IB_SHORT(request->models[i]),
                           ib_hint(request->models[i], names, hint, sizeof hint),
                           ib_name_list(names, list, sizeof list));
        }
    return IB_OK;
}

static enum ib_status check_all(struct ib_checking *k, const struct ib_check_cases *cases)
{
    char *cache = NULL;
    if (ib_workers_sandboxed())
        IB_TRY(ib_temporary_folder(&k->check_result->arena, "ironbench-cache", NULL, &cache));
    k->cache = cache;
    const bool loads = ib_checking_parts(k);
    if (loads && k->request->operations[0]) {
        ib_check_result_skip(k->check_result, IB_LEVEL_TRAININGS, IB_NOT_ASKED_FOR);
    } else if (loads) {
        ib_checking_trainings(k, cases);
        ib_checking_options(k);
    }
    if (cache)
        ib_folder_remove(cache);
    return IB_OK;
}

enum ib_status ib_check_run(struct ib_registry *registry, const struct ib_check_request *request,
                            struct ib_check_result *out)
{
    struct ib_check_cases cases = {0};
    *out = (struct ib_check_result){0};
    IB_TRY(check_names(registry, request));
    enum ib_status status = ib_check_cases_make(registry, request, &cases);
    if (status == IB_OK) {
        struct ib_checking k = {.request = request,
                                .registry = registry,
                                .model_case = ib_check_cases_first(&cases),
                                .check_result = out};
        status = check_all(&k, &cases);
    }
    ib_check_cases_free(&cases);
    return status;
}
