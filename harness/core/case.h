/* A case: everything that changes the work to be done, and nothing else. */
#ifndef IB_CORE_CASE_H
#define IB_CORE_CASE_H

#include "core/impl_info.h"
#include "core/model.h"
#include "core/products.h"
#include "core/training_spec.h"
#include "data/dataset.h"

enum ib_residency { IB_HOST = 1, IB_PER_OP, IB_RESIDENT };
extern const struct ib_word ib_residency_words[]; /* host per_op resident */

struct ib_setting { /* an option and its value */
    const char *name, *value;
};

/* An entry of the `impl` axis: an implementation with its settings. */
struct ib_configured_impl {
    const struct ib_impl_info *info;
    const struct ib_setting *settings; /* the n_settings that differ from the default, sorted by name */
    size_t n_settings;
    const char *label; /* "cpu_blas threads=2": for tables and charts */
};

struct ib_case {
    const char *id;        /* readable slug + "-" + 8 hexadecimal digits of the canonical axes' hash */
    const char *canonical; /* the text that is hashed: "axis=value" lines, defaults left out */
    const struct ib_model *model;
    const struct ib_dataset *dataset;
    const struct ib_configured_impl *impl;
    enum ib_residency residency;
    struct ib_training_spec spec; /* act is 0 without hidden layers */
    enum ib_init init;
    uint64_t epochs, seed, log_every;
    uint64_t position; /* among all cases of the configuration, selected or not; from 1 */
};

/* Sets what the data set determines: the numbers of rows, and the widths of the first and the last layer.
 * The number of layers must be set. */
void ib_case_use_dataset(struct ib_case *);

/* The precision of products that the implementation's options ask for (impls/ironbench/impl.h), if the type
 * is f32, to which alone it applies. */
enum ib_products ib_case_products(const struct ib_case *);

/* "cpu_blas threads=2": an implementation with its settings. */
const char *ib_settings_label(struct ib_arena *, const char *name, const struct ib_setting *settings,
                              size_t n);

/* "mlp 6x6 relu f32 diabetes": a short title, without implementation and residency. */
const char *ib_case_title(struct ib_arena *, const struct ib_case *);

#endif
