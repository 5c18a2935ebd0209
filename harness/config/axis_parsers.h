/* The types of axis values; the table in axes.c refers to them. */
#ifndef IB_CONFIG_AXIS_PARSERS_H
#define IB_CONFIG_AXIS_PARSERS_H

#include "config/axis_rule.h"

extern const struct ib_axis_type ib_axis_model, ib_axis_dataset, ib_axis_impl, ib_axis_word, ib_axis_rate,
    ib_axis_share, ib_axis_integer, ib_axis_batch, ib_axis_layers;

#endif
