/* Resolves values of the `impl` axis to existing implementations with valid settings. */
#ifndef IB_CONFIG_IMPL_OPTIONS_H
#define IB_CONFIG_IMPL_OPTIONS_H

#include "config/axes.h"
#include "parent/registry.h"

/* Resolves an axis: globs expand to all matching names that are not hidden, settings are checked against the
 * options and dropped if they equal the default, and duplicates are removed. In the result `object` is a
 * struct ib_configured_impl. IB_EINVAL at the value's place: unknown implementation or option, or an invalid
 * setting. */
enum ib_status ib_impl_options_resolve(struct ib_registry *, struct ib_arena *, const struct ib_axis *axis,
                                       struct ib_axis *out);

#endif
