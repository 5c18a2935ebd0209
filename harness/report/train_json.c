#include "report/train_json.h"

#include "base/json_number.h"
#include "base/json_text.h"
#include "metrics/metric.h"
#include "report/json_values.h"

#include <math.h>

enum { TRAIN_SCHEMA = 1 };

static json_t *curve(const struct ib_curve *losses)
{
    json_t *epochs = json_array(), *values = json_array();
    for (uint64_t i = 0; i < losses->n; i++) {
        json_array_append_new(epochs, json_integer((json_int_t)losses->epoch[i]));
        json_array_append_new(values, ib_json_number(losses->loss[i]));
    }
    return json_pack("{s:o, s:o}", "epoch", epochs, "loss", values);
}

static json_t *metrics(const struct ib_checked_pass *checked)
{
    json_t *out = json_object();
    for (size_t i = 0; ib_metrics[i]; i++)
        json_object_set_new(out, ib_metrics[i]->name,
                            ib_json_number(checked->metrics ? checked->metrics[i] : NAN));
    return out;
}

static json_t *verification(const struct ib_checked_pass *checked)
{
    const struct ib_verification *v = &checked->verification;
    if (checked->check.status != IB_CASE_OK)
        return json_null();
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o}", "verdict", ib_json_word(ib_verdict_words, (int)v->verdict),
        "reason", ib_json_text(v->verdict == IB_RIGHT ? NULL : v->reason), "reference",
        ib_json_text(checked->check.reference), "loss_error", ib_json_number(v->loss_error), "params_error",
        ib_json_number(v->params_error), "prediction_error", ib_json_number(v->prediction_error));
}

static json_t *times(const struct ib_case *c, const struct ib_timed_pass *timed)
{
    if (!timed || timed->round.status != IB_CASE_OK)
        return json_null();
    return json_pack("{s:o, s:o, s:o}", "epoch_ns", ib_json_number(timed->round.epoch_ns), "train_ns",
                     ib_json_number(timed->round.epoch_ns * (double)c->epochs), "setup_ns",
                     ib_json_measured(timed->round.phases.setup_ns));
}

json_t *ib_train_to_json(const struct ib_case *c, const struct ib_checked_pass *checked,
                         const struct ib_timed_pass *timed)
{
    enum ib_case_status status = checked->check.status;
    const char *reason = checked->check.reason, *tail = checked->check.stderr_tail;
    if (status == IB_CASE_OK && timed) {
        status = timed->round.status;
        reason = timed->round.reason;
        tail = timed->round.stderr_tail;
    }
    const bool ok = status == IB_CASE_OK;
    return json_pack("{s:i, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "schema", TRAIN_SCHEMA, "id",
                     c->id, "epochs", (json_int_t)c->epochs, "status",
                     ib_json_word(ib_case_status_words, (int)status), "reason",
                     ib_json_text(ok ? NULL : reason), "stderr",
                     ib_json_text(ok || !tail || !tail[0] ? NULL : tail), "curve", curve(&checked->curve),
                     "metrics", metrics(checked), "verify", verification(checked), "time", times(c, timed));
}
