/* Passes that write no answer: profiled and counted. */
#include "worker/session.h"

#include "base/error.h"
#include "train/profile.h"

#include <stdlib.h>
#include <string.h>

/* ---- profiled ---- */

static enum ib_status profile_once(struct ib_session *s, uint64_t epochs, struct ib_timeline *timeline,
                                   struct ib_profile *out)
{
    struct ib_profiler profiler;
    IB_TRY(ib_session_begin_training(s));
    IB_TRY(ib_profiler_open(s->instance.impl, s->instance.state, out, &profiler));
    profiler.timeline = timeline;
    s->dispatch.profile = &profiler;
    enum ib_status status = ib_training_run(&s->training, epochs, NULL);
    s->dispatch.profile = NULL;
    out->epochs = epochs;
    return status;
}

enum ib_status ib_session_profiled(struct ib_session *s, const struct ib_train_request *request,
                                   struct ib_pass_result *out)
{
    enum { PROFILES = 5 }; /* so that interruptions do not distort the least of each time */
    ib_pass_result_clear(out);
    out->timeline.n = 0;
    struct ib_profile *profiles = calloc(PROFILES, sizeof *profiles);
    if (!profiles)
        return ib_fail(IB_ENOMEM, "profile", "out of memory");
    enum ib_status status = ib_session_begin_training(s);
    if (status == IB_OK)
        status = ib_training_run(&s->training, request->epochs, NULL); /* warm-up */
    for (int i = 0; status == IB_OK && i < PROFILES; i++)
        status = profile_once(s, request->epochs, NULL, &profiles[i]);
    if (status == IB_OK)
        ib_profile_least(profiles, PROFILES, &out->profile);
    if (status == IB_OK) /* one more epoch, so that the totals are as without a time line */
        status = profile_once(s, 1, &out->timeline, &profiles[0]);
    free(profiles);
    out->profiled = true;
    ib_transfer_log_copy(&s->dispatch.transfer_log, &out->transfer_log);
    out->repeats = PROFILES;
    return status;
}

/* ---- counted ---- */

enum ib_status ib_session_counted(struct ib_session *s, const struct ib_train_request *request,
                                  struct ib_pass_result *out)
{
    ib_pass_result_clear(out);
    if (!s->counter.open)
        return ib_fail(IB_EINVAL, "protocol", "a problem whose instructions are counted must say so");
    IB_TRY(ib_session_begin_training(s));
    IB_TRY(ib_training_run(&s->training, request->epochs, NULL)); /* what is done once is done */
    IB_TRY(ib_session_begin_training(s));
    ib_instruction_counter_begin(&s->counter);
    const enum ib_status status = ib_training_run(&s->training, request->epochs, NULL);
    ib_instruction_counter_end(&s->counter, &out->instructions);
    ib_transfer_log_copy(&s->dispatch.transfer_log, &out->transfer_log);
    out->repeats = 1;
    return status;
}
