#include "core/loss.h"

#include "base/error.h"
#include "base/text.h"

enum { REGRESSION = 1u << IB_REGRESSION, CLASSIFICATION = 1u << IB_CLASSIFICATION };

const struct ib_loss_rule *ib_loss_rule(enum ib_loss loss)
{
    static const struct ib_loss_rule rules[] = {
        [IB_HALF_MSE] = {.tasks = REGRESSION | CLASSIFICATION, .classes_max = 2, .squared = true},
        [IB_MSE] = {.targets = IB_TARGETS_SCALED,
                    .tasks = REGRESSION | CLASSIFICATION,
                    .classes_max = 2,
                    .squared = true},
        [IB_BCE] = {.output = IB_OUTPUT_SIGMOID, .tasks = CLASSIFICATION, .classes_max = 2},
        [IB_CE] = {.targets = IB_TARGETS_ONE_HOT,
                   .output = IB_OUTPUT_SOFTMAX,
                   .tasks = CLASSIFICATION,
                   .by_row = true},
    };
    return &rules[loss];
}

uint64_t ib_loss_outputs(enum ib_loss loss, const struct ib_dataset *dataset)
{
    return ib_loss_rule(loss)->targets == IB_TARGETS_ONE_HOT ? dataset->classes : dataset->outputs;
}

double ib_loss_mean_count(enum ib_loss loss, double rows, double outputs)
{
    return ib_loss_rule(loss)->by_row ? rows : rows * outputs;
}

uint64_t ib_impl_losses(const struct ib_impl *impl)
{
    return IB_WANTS(impl, losses) ? impl->losses : 0;
}

bool ib_loss_is_known(enum ib_loss loss, uint64_t losses)
{
    return loss <= IB_BCE || losses >> loss & 1;
}

enum ib_status ib_loss_require(const char *impl, enum ib_loss loss, uint64_t losses)
{
    if (ib_loss_is_known(loss, losses))
        return IB_OK;
    return ib_fail(IB_EUNSUPPORTED, impl, "does not know loss %s: it is not among the `losses` that it names",
                   ib_word_of(ib_loss_words, (int)loss));
}
