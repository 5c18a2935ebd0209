#include "config/impossible.h"

#include "base/text.h"
#include "core/loss.h"

#include <inttypes.h>
#include <stdio.h>

/* Whether a loss does not apply to the data. */
static bool does_not_apply(const struct ib_case *c, char *reason)
{
    const struct ib_dataset *d = c->dataset;
    const struct ib_loss_rule *rule = ib_loss_rule(c->spec.net.loss);
    const char *loss = ib_word_of(ib_loss_words, (int)c->spec.net.loss);
    const bool one_of_many = rule->classes_max && d->classes > rule->classes_max;
    if (!(rule->tasks & 1u << d->task))
        snprintf(reason, IB_REASON_BYTES, "loss %s does not apply to %s (%s)", loss,
                 ib_word_of(ib_task_words, (int)d->task), d->name);
    else if (one_of_many && c->model->layered)
        snprintf(reason, IB_REASON_BYTES, "loss %s does not apply to %" PRIu64 " classes (%s), but ce does",
                 loss, d->classes, d->name);
    else if (one_of_many)
        snprintf(reason, IB_REASON_BYTES, "%s cannot learn %" PRIu64 " classes (%s), but softmax can",
                 c->model->name, d->classes, d->name);
    else
        return false;
    return true;
}

bool ib_case_is_impossible(const struct ib_case *c, char reason[IB_REASON_BYTES])
{
    const struct ib_dataset *d = c->dataset;
    const char *task = ib_word_of(ib_task_words, (int)d->task);
    const bool scaled = ib_loss_rule(c->spec.net.loss)->targets != IB_TARGETS_PLAIN;
    const char *no_f32 = d->no_f32 || scaled ? d->no_f32 : d->no_f32_target;
    const char *no_classes = d->task == IB_REGRESSION ? d->no_classes : NULL;
    if (!(c->model->tasks & 1u << d->task)) {
        snprintf(reason, IB_REASON_BYTES, "%s cannot learn %s (%s%s%s)", c->model->name, task, d->name,
                 no_classes ? ": " : "", no_classes ? no_classes : "");
        return true;
    }
    if (does_not_apply(c, reason))
        return true;
    if (c->spec.batch > d->rows) {
        snprintf(reason, IB_REASON_BYTES,
                 "batch %" PRIu64 " is more than the %" PRIu64 " rows that %s trains with", c->spec.batch,
                 d->rows, d->name);
        return true;
    }
    if (c->spec.dtype == IB_F32 && no_f32) {
        snprintf(reason, IB_REASON_BYTES, "f32 cannot hold %s: %s", d->name, no_f32);
        return true;
    }
    return false;
}
