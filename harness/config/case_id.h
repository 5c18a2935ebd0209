/* The id of a case: equal in every run of the same case, and safe in file names and command lines. */
#ifndef IB_CONFIG_CASE_ID_H
#define IB_CONFIG_CASE_ID_H

#include "config/axes.h"

/* Sets the id and canonical text of a case from its values (NULL for axes that do not apply). */
void ib_case_identify(struct ib_arena *, const struct ib_axis_value *const values[IB_AXIS_COUNT],
                      struct ib_case *);

#endif
