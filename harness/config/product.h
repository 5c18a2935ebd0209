/* A product of axes: `matrix` of a configuration, or one entry of its `include`. */
#ifndef IB_PRODUCT_H
#define IB_PRODUCT_H

#include "config/axes.h"
#include "config/document.h"

struct ib_product {
    struct ib_axis
        axes[IB_AXIS_COUNT]; /* the default where nothing was said; no values where there is none */
    bool included;           /* added whole: `exclude` does not touch it */
};

enum ib_status ib_product_default(struct ib_arena *, struct ib_product *out);

/* Reads a map of axes. Every value may be a list or a single value. In `hidden`, each item is one network: 6
 * and [6] are one layer, [6, 6] two, [] none; so `hidden: [6, 12]` are two networks of one layer. An item of
 * `impl` may be a map, {name: cpu_blas, threads: [1, 2]}, whose lists of values stand for one item each. */
enum ib_status ib_product_read(const struct ib_doc *, const char *key, const yaml_node_t *,
                               struct ib_product *out);

/* One network's list of layers, as the text that ib_axis_parse reads: "6,6", or "none". */
enum ib_status ib_product_read_layers(const struct ib_doc *, const yaml_node_t *list, const char **out);

#endif
