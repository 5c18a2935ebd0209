/* A product of axes: `matrix` of a configuration, or one entry of its `include`. */
#ifndef IB_CONFIG_MATRIX_SPEC_H
#define IB_CONFIG_MATRIX_SPEC_H

#include "base/yaml_keys.h"
#include "config/axes.h"

struct ib_matrix_spec {
    struct ib_axis
        axes[IB_AXIS_COUNT]; /* the default where nothing was given; no values where there is none */
    /* The first of the axes that `zip` ties this one to; itself where it is free. */
    enum ib_axis_kind leader[IB_AXIS_COUNT];
    bool included; /* an entry of `include`: `exclude` does not touch it */
};

/* Axes that advance together: an entry of `zip`. */
struct ib_zip {
    bool has[IB_AXIS_COUNT];
    const char *where;
};

enum ib_status ib_matrix_spec_default(struct ib_arena *, struct ib_matrix_spec *out);

/* The keys of the map: the axes. */
const struct ib_yaml_key *ib_matrix_spec_keys(struct ib_arena *);
/* Reads a map of axes, each a list of values or a single one (ib_axis_read). ib_matrix_spec_check is left to
 * the caller, since `zip` may follow later in the file. */
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

#endif
