/* A product of axes: `matrix` of a configuration, or one entry of its `include`. */
#ifndef IB_CONFIG_MATRIX_SPEC_H
#define IB_CONFIG_MATRIX_SPEC_H

#include "base/yaml_reader.h"
#include "config/axes.h"

struct ib_matrix_spec {
    struct ib_axis
        axes[IB_AXIS_COUNT]; /* the default where nothing was said; no values where there is none */
    enum ib_axis_kind leader[IB_AXIS_COUNT]; /* the first of the axes that this one is tied to by `zip`;
                                                itself where free */
    bool included;                           /* added whole: `exclude` does not touch it */
};

/* Axes that advance together: an entry of `zip`. */
struct ib_zip {
    bool has[IB_AXIS_COUNT];
    const char *where;
};

enum ib_status ib_matrix_spec_default(struct ib_arena *, struct ib_matrix_spec *out);

/* Reads a map of axes. Every value may be a list or a single value. In `hidden`, each item is one network: 6
 * and [6] are one layer, [6, 6] two, [] none; so `hidden: [6, 12]` are two networks of one layer. An item of
 * `impl` may be a map, {name: cpu_blas, threads: [1, 2]}, whose lists of values stand for one item each.
 * ib_matrix_spec_check is left to the caller, since `zip` may stand behind. */
enum ib_status ib_matrix_spec_read(const struct ib_yaml *, const char *key, const yaml_node_t *,
                                   struct ib_matrix_spec *out);

/* Reads `zip`: one list of axes, or a list of such lists. */
enum ib_status ib_zips_read(const struct ib_yaml *, const char *key, const yaml_node_t *, struct ib_zip **out,
                            size_t *n);
/* Ties axes of a product. IB_EINVAL: one of them is not given, or they differ in their number of values. */
enum ib_status ib_matrix_spec_zip(struct ib_matrix_spec *, const struct ib_zip *);
bool ib_matrix_spec_is_zipped(const struct ib_matrix_spec *, enum ib_axis_kind);
/* No value twice in an axis, but for those that are tied. */
enum ib_status ib_matrix_spec_check(const struct ib_matrix_spec *);

/* One network's list of layers, as the text that ib_axis_parse reads: "6,6", or "none". */
enum ib_status ib_matrix_spec_read_layers(const struct ib_yaml *, const yaml_node_t *list, const char **out);

#endif
