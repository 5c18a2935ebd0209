#include "check/check.h"

#include "base/error.h"
#include "check/check_state.h"
#include "core/model.h"

#include <stdio.h>
#include <string.h>

bool ib_checking_goes_on(struct ib_checking *k, enum ib_level level, const char *subject)
{
    if (k->hangs >= IB_HANGS_MAX) {
        ib_check_result_skip(k->check_result, level, "not looked at, as it has hung twice");
        return false;
    }
    if (k->request->progress)
        k->request->progress(k->request->progress_context, subject);
    return true;
}

void ib_checking_failed(struct ib_checking *k, const struct ib_outcome *outcome)
{
    k->hangs += outcome->status == IB_CASE_TIMEOUT;
}

struct ib_check_finding ib_checking_failure(struct ib_checking *k, enum ib_level level, const char *subject,
                                            const struct ib_outcome *outcome, const char *output)
{
    const char *word = ib_word_of(ib_case_status_words, (int)outcome->status);
    struct ib_arena *arena = &k->check_result->arena;
    return (struct ib_check_finding){.level = level,
                                     .subject = subject,
                                     .status = outcome->status,
                                     .pattern = ib_arena_print(arena, "%s: %s", word, outcome->reason),
                                     .detail = "",
                                     .shape = "",
                                     .where = "",
                                     .output = ib_arena_copy(arena, output ? output : "")};
}

/* ---- the whole ---- */

static enum ib_status check_names(struct ib_registry *registry, const struct ib_check_request *request)
{
    if (!ib_registry_find(registry, request->name)) {
        const char *const *names = ib_registry_names(registry);
        char list[512], hint[128];
        return ib_fail(
            IB_EINVAL, request->name, "no such implementation%s; allowed: %s, or the path of a plugin",
            ib_hint(request->name, names, hint, sizeof hint), ib_name_list(names, list, sizeof list));
    }
    for (size_t i = 0; request->models[i]; i++)
        if (!ib_model_find(request->models[i])) {
            const char *const *names = ib_model_names();
            char list[128], hint[128];
            return ib_fail(IB_EINVAL, request->model_flag, "unknown model `%.100s`%s; allowed: %s",
                           request->models[i], ib_hint(request->models[i], names, hint, sizeof hint),
                           ib_name_list(names, list, sizeof list));
        }
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
        if (ib_checking_parts(&k)) {
            ib_checking_trainings(&k, &cases);
            ib_checking_options(&k);
        }
    }
    ib_check_cases_free(&cases);
    return status;
}
