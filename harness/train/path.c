#include "train/path.h"

#include "base/error.h"
#include "core/batches.h"
#include "core/loss.h"
#include "ops/optimizer.h"
#include "train/work.h"

#include <string.h>

static struct ib_view shape(const struct ib_training_spec *spec, uint64_t rows, uint64_t cols)
{
    return (struct ib_view){NULL, rows, cols, cols, spec->dtype};
}

static struct ib_view order_shape(const struct ib_training_spec *spec)
{
    const uint64_t n = spec->batch ? ib_order_count(spec) * spec->rows : 0;
    return (struct ib_view){NULL, 1, n, n, IB_U32};
}

/* Sets the problem of the contract. */
static void describe(const struct ib_training_spec *spec, struct ib_problem *out)
{
    const struct ib_network *net = &spec->net;
    const struct ib_optimizer_rule *rule = ib_optimizer_rule(spec->optimizer);
    *out = (struct ib_problem){.struct_size = sizeof *out,
                               .n_layers = net->n_layers,
                               .x = shape(spec, spec->rows, net->width[0]),
                               .y = shape(spec, spec->rows, ib_network_outputs(net)),
                               .act = net->act,
                               .loss_kind = net->loss,
                               .dtype = spec->dtype,
                               .lr = spec->lr,
                               .optimizer = spec->optimizer,
                               .weight_decay = spec->weight_decay,
                               .beta1 = rule->beta1,
                               .beta2 = rule->beta2,
                               .epsilon = rule->epsilon,
                               .batch = spec->batch,
                               .order = order_shape(spec)};
    if (rule->counts)
        out->step_count = shape(spec, 1, 1);
    for (uint32_t l = 0; l < net->n_layers; l++) {
        out->w[l] = shape(spec, net->width[l], net->width[l + 1]);
        out->b[l] = shape(spec, 1, net->width[l + 1]);
        for (uint32_t k = 0; k < rule->n_moments; k++) {
            out->moment_w[k][l] = out->w[l];
            out->moment_b[k][l] = out->b[l];
        }
    }
}

/* Fused steps are not asked for an update that they do not know: an older `supports` would not see it. */
static enum ib_status check_updates(const struct ib_impl *impl, const struct ib_training_spec *spec)
{
    const uint32_t missing = ib_updates_needed(spec->optimizer, spec->weight_decay) & ~impl->fused->updates;
    if (missing & ib_optimizer_rule(spec->optimizer)->needs)
        return ib_fail(IB_EUNSUPPORTED, impl->name, "its fused steps do not offer the optimizer %s",
                       ib_word_of(ib_optimizer_words, (int)spec->optimizer));
    return missing ? ib_fail(IB_EUNSUPPORTED, impl->name, "its fused steps do not offer weight_decay")
                   : IB_OK;
}

/* Fused steps are asked for mini-batches if they name them, and if nothing is copied around each step. */
static bool fuses_batches(const struct ib_dispatch *d)
{
    return IB_HAS(d->impl->fused, steps) && d->impl->fused->updates & IB_DOES_BATCHES &&
           !d->policy.upload_before_call;
}

/* Otherwise mini-batches are trained by operations. Neither other fused steps are asked for them, nor
 * recorded work that cannot be shifted: they would train the same rows in every step. */
static enum ib_status check_batches(const struct ib_dispatch *d)
{
    const struct ib_impl *impl = d->impl;
    if (IB_HAS(impl, capture) && !IB_HAS(impl->capture, replay_shifted))
        return ib_fail(IB_EUNSUPPORTED, impl->name,
                       "replays recorded work, which would train the same batch in every step");
    if (d->policy.upload_before_call || ib_operation_offered(ib_operations[IB_OP_GATHER_ROWS], impl->ops))
        return IB_OK;
    return ib_fail(IB_EUNSUPPORTED, impl->name,
                   IB_HAS(impl->fused, steps)
                       ? "its fused steps take all rows at once; mini-batches need the operation gather_rows"
                       : "does not implement the operation gather_rows, which mini-batches need");
}

/* Whether the steps train this. *problem is set. */
static enum ib_status ask_steps(const struct ib_impl *impl, const struct ib_training_spec *spec,
                                struct ib_problem *problem)
{
    char why[256] = "does not support this problem";
    IB_TRY(check_updates(impl, spec));
    describe(spec, problem);
    if (IB_HAS(impl->fused, supports) && impl->fused->supports(problem, why, sizeof why) != IB_OK)
        return ib_fail(IB_EUNSUPPORTED, impl->name, "%s", why);
    return IB_OK;
}

/* Whether all operations of a step are offered. */
static bool has_operations(const struct ib_dispatch *d, const struct ib_training_spec *spec)
{
    struct ib_work work;
    if (!IB_HAS(d->impl, ops))
        return false;
    ib_work_of(spec, d->joins, &work);
    for (int op = 0; op < IB_OPERATION_COUNT; op++)
        if (work.operations[op].bytes > 0 && !ib_operation_offered(ib_operations[op], d->impl->ops))
            return false;
    return true;
}

enum ib_status ib_path_choose(const struct ib_dispatch *d, const struct ib_training_spec *spec, bool *fused,
                              struct ib_problem *problem)
{
    const struct ib_impl *impl = d->impl;
    IB_TRY(ib_loss_require(impl->name, spec->net.loss, ib_impl_losses(impl)));
    *fused = false;
    if (IB_HAS(impl, capture) && d->policy.upload_before_call)
        return ib_fail(IB_EUNSUPPORTED, impl->name,
                       "replays recorded work, in which operands cannot be copied per operation: use "
                       "residency resident");
    *fused = IB_HAS(impl->fused, steps) && (!spec->batch || fuses_batches(d));
    if (!*fused) /* without mini-batches, a missing operation fails when it is first called */
        return spec->batch ? check_batches(d) : IB_OK;
    const enum ib_status status = ask_steps(impl, spec, problem);
    if (status == IB_OK || !has_operations(d, spec))
        return status;
    *fused = false;
    memset(problem, 0, sizeof *problem);
    return spec->batch ? check_batches(d) : IB_OK;
}
