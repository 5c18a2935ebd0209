/* Expands axes to cases: their product, without combinations that are impossible, excluded or duplicates. */
#ifndef IB_CONFIG_MATRIX_H
#define IB_CONFIG_MATRIX_H

#include "config/config.h"
#include "parent/registry.h"

/* A reason why combinations were dropped, "linreg cannot learn classification (xor)" or "excluded at
 * quick.yaml:14", and their number. Every exclude is listed, even with 0. */
struct ib_dropped {
    const char *reason;
    uint64_t count;
};

struct ib_matrix {
    const struct ib_case *cases;
    size_t n;
    const struct ib_dropped *dropped;
    size_t n_dropped;
    const struct ib_dataset *datasets; /* each data set once; cases point to them */
    size_t n_datasets;
    struct ib_arena arena;
};

/* Loads the data sets, checks the implementations' settings against their options and forms the product.
 * Errors: unknown name (with the nearest one), invalid setting, unreadable data set, no cases left.
 * Unavailable implementations keep their cases, with that status. */
enum ib_status ib_matrix_build(const struct ib_config *, struct ib_registry *, struct ib_matrix *out);
void ib_matrix_free(struct ib_matrix *);

#endif
