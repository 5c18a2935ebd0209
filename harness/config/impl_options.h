/* From a value of the `impl` axis to implementations that exist, with settings that they allow. */
#ifndef IB_CONFIG_IMPL_OPTIONS_H
#define IB_CONFIG_IMPL_OPTIONS_H

#include "config/axes.h"
#include "parent/registry.h"

/* Resolves an axis: globs become all names that match and are not hidden, settings are checked against the
 * options and dropped where they equal the default, what appears twice appears once. In the result `object`
 * is a struct ib_configured_impl. IB_EINVAL at the value's place: no such implementation or option, a setting
 * that is not allowed. */
enum ib_status ib_impl_options_resolve(struct ib_registry *, struct ib_arena *, const struct ib_axis *axis,
                                       struct ib_axis *out);

#endif
