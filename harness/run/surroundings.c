#include "run/surroundings.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "core/batches.h"
#include "run/answer_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define START_TIMEOUT_NS 30000000000u

struct ib_attempt ib_attempt_begin(void)
{
    return (struct ib_attempt){.retry = ib_retry_begin(), .status = IB_OK};
}

/* ---- what a pass needs ---- */

static enum ib_status check_folder(const char *folder)
{
    struct stat info;
    if (stat(folder, &info) == 0)
        return IB_OK;
    return ib_fail_errno(folder, "the run's folder for arrays was moved or removed during the run");
}

/* The files that the implementation comes from were there when it was described. */
static enum ib_status check_files(const struct ib_impl_info *info)
{
    if (info->plugin && access(info->plugin, R_OK) != 0)
        return ib_fail_errno(info->plugin, "this plugin was moved or removed during the run");
    if (info->command && strchr(info->command[0], '/') && access(info->command[0], X_OK) != 0)
        return ib_fail_errno(info->command[0], "this program was moved or removed during the run");
    return IB_OK;
}

/* The arrays that a pass of this case writes, and those that it reads but that are not there yet. */
static uint64_t bytes_needed(const struct ib_workspace *work, const struct ib_case *c)
{
    const struct ib_training_spec *spec = &c->spec;
    const uint64_t inputs = spec->net.width[0], outputs = ib_network_outputs(&spec->net);
    uint64_t elements = 2 * ib_network_size(&spec->net) + ib_training_spec_predictions(spec);
    if (!ib_workspace_is_prepared(work, c, spec->dtype))
        elements += (spec->rows + spec->test_rows) * inputs + 2 * spec->rows * outputs;
    return elements * sizeof(double) + ib_order_count(spec) * spec->rows * sizeof(uint32_t);
}

/* Tries to make a file as large as those that the pass had to write. */
static enum ib_status check_room(const char *folder, const struct ib_case *c, uint64_t bytes)
{
    char path[PATH_MAX], needed[32];
    snprintf(path, sizeof path, "%s/room", folder);
    const int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    const int error = fd < 0 ? errno : posix_fallocate(fd, 0, (off_t)bytes);
    if (fd >= 0)
        close(fd);
    unlink(path);
    if (!error)
        return IB_OK;
    return ib_fail(IB_EIO, folder, "cannot hold the arrays of %s, which need %s: %s", c->id,
                   ib_print_bytes((double)bytes, needed, sizeof needed), strerror(error));
}

static enum ib_status check_worker(const struct ib_pass_context *context)
{
    struct ib_outcome outcome;
    if (ib_worker_can_start(context->program, START_TIMEOUT_NS, &outcome))
        return IB_OK;
    return ib_fail(IB_EIO, context->program, "no worker can be started: %s", outcome.reason);
}

static enum ib_status check_all(const struct ib_pass_context *context, const struct ib_case *c)
{
    const struct ib_workspace *work = context->work;
    const char *answers = ib_answer_folder(work, c);
    IB_TRY(check_folder(work->folder));
    IB_TRY(check_folder(answers));
    IB_TRY(check_files(c->impl->info));
    IB_TRY(check_room(work->folder, c, bytes_needed(work, c)));
    IB_TRY(check_room(answers, c, ib_answer_bytes(c)));
    return check_worker(context);
}

/* ---- the judgement ---- */

/* Arrays that were removed are written anew; only whoever removes them again and again is to blame. */
static bool have_gone(struct ib_workspace *work)
{
    const char *changed;
    ib_workspace_intact(work, &changed);
    const bool gone = work->removed;
    work->removed = false;
    return gone;
}

/* What only the implementation itself can know is believed. */
static bool may_be_innocent(enum ib_case_status status)
{
    return status == IB_CASE_FAILED || status == IB_CASE_CRASHED || status == IB_CASE_TIMEOUT ||
           status == IB_CASE_UNAVAILABLE || /* it was available when it was described */
           status == IB_CASE_UNTRUSTED;     /* shared arrays may have gone with their folder */
}

bool ib_attempt_again(struct ib_attempt *attempt, const struct ib_pass_context *context,
                      const struct ib_case *c, enum ib_case_status status)
{
    if (ib_interrupted())
        return false;
    if (ib_retry_after_kill(&attempt->retry))
        return true;
    if (status != IB_CASE_OK && attempt->retry.left > 0 && have_gone(context->work) &&
        check_folder(context->work->folder) == IB_OK) {
        attempt->retry.left--;
        return true;
    }
    if (attempt->status == IB_OK && may_be_innocent(status))
        attempt->status = check_all(context, c);
    return false;
}

enum ib_case_status ib_attempt_status(const struct ib_checked_pass *checked)
{
    const bool lacks_reference = checked->check.status == IB_CASE_OK &&
                                 checked->verification.verdict == IB_UNVERIFIED && !checked->check.reference;
    return lacks_reference ? IB_CASE_FAILED : checked->check.status;
}
