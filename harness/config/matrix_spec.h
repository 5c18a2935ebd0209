/* A product of axes: the `matrix` of a configuration, or one entry of its `include`. */
#ifndef IB_CONFIG_MATRIX_SPEC_H
#define IB_CONFIG_MATRIX_SPEC_H

#include "base/yaml_keys.h"
#include "config/axes.h"

struct ib_matrix_spec {
    struct ib_axis axes[IB_AXIS_COUNT]; /* defaults if not given; empty if there is no default */
    /* The first of the axes tied to this one by `zip`; itself if not tied. */
    enum ib_axis_kind leader[IB_AXIS_COUNT];
    bool included; /* an entry of `include`; `exclude` does not apply */
};

/* Axes that advance together: an entry of `zip`. */
struct ib_zip {
    bool has[IB_AXIS_COUNT];
    const char *where;
};

enum ib_status ib_matrix_spec_default(struct ib_arena *, struct ib_matrix_spec *out);

/* The keys of the map: the axes. */
const struct ib_yaml_key *ib_matrix_spec_keys(struct ib_arena *);
/* Reads a map of axes, each a list of values or a single one (ib_axis_read). The caller must call
 * ib_matrix_spec_check, after `zip`, which may follow later in the file. */
enum ib_status ib_matrix_spec_read(const struct ib_yaml *, const char *key, const yaml_node_t *,
                                   struct ib_matrix_spec *out);

/* Reads `zip`: one list of axes, or a list of such lists. */
enum ib_status ib_zips_read(const struct ib_yaml *, const char *key, const yaml_node_t *, struct ib_zip **out,
                            size_t *n);
/* Ties axes of a product. IB_EINVAL: one of them is not given, or their numbers of values differ. */
enum ib_status ib_matrix_spec_zip(struct ib_matrix_spec *, const struct ib_zip *);
bool ib_matrix_spec_is_zipped(const struct ib_matrix_spec *, enum ib_axis_kind);
/* Checks that no value is given twice, except in tied axes. */
enum ib_status ib_matrix_spec_check(const struct ib_matrix_spec *);

#endif
