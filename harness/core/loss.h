/* The losses as the harness treats them, in one table: which targets they take, what a prediction is, and who
 * knows them. Their formulas are those of the contract (ironbench/impl.h), of ops/loss_grad.c and of the
 * oracle.
 */
#ifndef IB_CORE_LOSS_H
#define IB_CORE_LOSS_H

#include "data/dataset.h"
#include "ironbench/impl.h"

/* The targets of a training: as they are in the data, standardised, or a column for each class, which is 1 in
 * its rows and 0 elsewhere. */
enum ib_targets { IB_TARGETS_PLAIN, IB_TARGETS_SCALED, IB_TARGETS_ONE_HOT };

/* What becomes of the last layer's output in predictions. */
enum ib_output { IB_OUTPUT_AS_IS, IB_OUTPUT_SIGMOID, IB_OUTPUT_SOFTMAX };

struct ib_loss_rule {
    enum ib_targets targets;
    enum ib_output output;
    unsigned tasks;       /* bit 1 << task for each task that it applies to */
    uint64_t classes_max; /* 0: any number */
    bool squared;         /* of errors: the same if target and output change their sign */
    bool by_row;          /* a mean over the rows; else over all elements */
};
const struct ib_loss_rule *ib_loss_rule(enum ib_loss);

/* Whether predictions are probabilities. */
static inline bool ib_loss_gives_probability(enum ib_loss loss)
{
    return ib_loss_rule(loss)->output != IB_OUTPUT_AS_IS;
}

/* The number of outputs of a network that learns this data. */
uint64_t ib_loss_outputs(enum ib_loss, const struct ib_dataset *);
/* The number of values that a loss is the mean of. */
double ib_loss_mean_count(enum ib_loss, double rows, double outputs);

/* The losses that an implementation knows in addition to the first three: struct ib_impl's `losses`; none if
 * its table is of an older version. */
uint64_t ib_impl_losses(const struct ib_impl *);
/* Whether a loss is among the first three or these. */
bool ib_loss_is_known(enum ib_loss, uint64_t losses);
/* IB_EUNSUPPORTED, with the reason, unless it is. */
enum ib_status ib_loss_require(const char *impl, enum ib_loss, uint64_t losses);

#endif
