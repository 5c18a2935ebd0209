/* The kinds of values that axes have; the table of axes.c names one for each axis. */
#ifndef IB_CONFIG_AXIS_TYPES_H
#define IB_CONFIG_AXIS_TYPES_H

#include "config/axis_value.h"

extern const struct ib_axis_type ib_axis_model, ib_axis_dataset, ib_axis_impl, ib_axis_word, ib_axis_rate,
    ib_axis_integer, ib_axis_layers;

#endif
