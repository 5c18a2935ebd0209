/* From axes to cases: the plain product, less what cannot be, what is excluded, and what collapses. */
#ifndef IB_CONFIG_MATRIX_H
#define IB_CONFIG_MATRIX_H

#include "config/config.h"
#include "parent/registry.h"

/* A kind of combination that dropped out: "linreg cannot learn classification (xor)", "excluded at
 * quick.yaml:14", with how many it took along. Every exclude is listed, also with 0. */
struct ib_dropped {
    const char *reason;
    uint64_t count;
};

struct ib_matrix {
    const struct ib_case *cases;
    size_t n;
    const struct ib_dropped *dropped;
    size_t n_dropped;
    const struct ib_dataset *datasets; /* each data set once; cases point here */
    size_t n_datasets;
    struct ib_arena arena;
};

/* Loads the data sets, checks the implementations' settings against their options, forms the product. Errors:
 * unknown name (with the nearest), a setting that is not allowed, a data set that cannot be read, nothing
 * left. An implementation that is unavailable still gives its cases: they become rows with that status. */
enum ib_status ib_matrix_build(const struct ib_config *, struct ib_registry *, struct ib_matrix *out);
void ib_matrix_free(struct ib_matrix *);

#endif
