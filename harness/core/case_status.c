#include "core/case_status.h"

#include "base/error.h"

const struct ib_word ib_case_status_words[] = {
    {"ok", IB_CASE_OK},         {"unavailable", IB_CASE_UNAVAILABLE}, {"unsupported", IB_CASE_UNSUPPORTED},
    {"failed", IB_CASE_FAILED}, {"timeout", IB_CASE_TIMEOUT},         {"crashed", IB_CASE_CRASHED},
    {"oom", IB_CASE_OOM},       {"untrusted", IB_CASE_UNTRUSTED},     {NULL, 0}};

bool ib_outcome_set(struct ib_outcome *outcome, enum ib_case_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    ib_print_shortened(outcome->reason, sizeof outcome->reason, format, arguments);
    va_end(arguments);
    outcome->status = status;
    return status == IB_CASE_OK;
}

bool ib_outcome_error(struct ib_outcome *outcome, enum ib_status status)
{
    static const enum ib_case_status statuses[] = {
        [IB_OK] = IB_CASE_OK,         [IB_EUNSUPPORTED] = IB_CASE_UNSUPPORTED,
        [IB_EINVAL] = IB_CASE_FAILED, [IB_EUNAVAILABLE] = IB_CASE_UNAVAILABLE,
        [IB_ENOMEM] = IB_CASE_OOM,    [IB_EDEVICE] = IB_CASE_FAILED,
        [IB_EIO] = IB_CASE_FAILED,    [IB_EINTERNAL] = IB_CASE_FAILED,
    };
    return ib_outcome_set(outcome, statuses[status], "%s", status == IB_OK ? "" : ib_error_text());
}
