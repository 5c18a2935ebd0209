#ifndef IB_STORE_AXIS_COLUMNS_H
#define IB_STORE_AXIS_COLUMNS_H
#include "config/axes.h"
const char *ib_axis_column_type(enum ib_axis_kind);
const char *ib_axis_text(struct ib_arena *, enum ib_axis_kind, const struct ib_case *);
#endif
