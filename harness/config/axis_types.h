/* The kinds of values that axes have. Private to axes.c, whose table names one for each axis. */
#ifndef IB_CONFIG_AXIS_TYPES_H
#define IB_CONFIG_AXIS_TYPES_H

#include "config/axes.h"

struct ib_axis_type {
    const char *name;    /* for the reference: "integer" */
    const char *allowed; /* completes "`x` is not …"; NULL where the names or the range say it */
    enum ib_axis_form form;
    bool is_number; /* values can be compared */
    /* Hints behind "an empty axis" and "given twice"; NULL: none. */
    const char *empty_hint, *twice_hint;
    /* The closed list of names that the axis may take: up to IB_AXIS_NAMES of them, then NULL. */
    void (*list)(const struct ib_axis_rule *, const char **names);
    /* From text; false: not allowed. `where` and `identity` are set by the caller. */
    bool (*parse)(struct ib_arena *, const struct ib_axis_rule *, const char *text,
                  struct ib_axis_value *out);
    /* From an item that is not a scalar but a `node`: appends what it stands for. NULL: scalars only. */
    yaml_node_type_t node;
    enum ib_status (*read)(const struct ib_yaml *, enum ib_axis_kind, const yaml_node_t *item,
                           struct ib_axis_values *out);
    /* A value enters a case by its member at `from`; `settle` sets what depends on it. NULL: nothing. */
    size_t from, bytes;
    void (*settle)(const struct ib_axis_value *, struct ib_case *);
    /* What a case has, as the text that `parse` reads; an implementation without its settings. */
    const char *(*print)(struct ib_arena *, const struct ib_axis_rule *, const struct ib_case *);
};

enum { IB_AXIS_NAMES = 16 };

extern const struct ib_axis_type ib_axis_model, ib_axis_dataset, ib_axis_impl, ib_axis_word, ib_axis_rate,
    ib_axis_integer, ib_axis_layers;

#endif
