/* The axes of a sweep, in one table: how values are read and printed, the default, the cases to which an axis
 * applies, its field in a case, its column in a record and its flag. Product, collapse, identity, conditions,
 * messages, flags and the reference all follow the table: a new axis is one entry and a field in struct
 * ib_case. */
#ifndef IB_CONFIG_AXES_H
#define IB_CONFIG_AXES_H

#include "config/axis_rule.h"

/* In nesting order: first the axes that define a problem, then those that define the solver, so that
 * comparable cases are adjacent. An axis may depend on those before it. */
enum ib_axis_kind {
    IB_AXIS_MODEL,
    IB_AXIS_DATASET,
    IB_AXIS_HIDDEN,
    IB_AXIS_ACT,
    IB_AXIS_LOSS,
    IB_AXIS_INIT,
    IB_AXIS_LR,
    IB_AXIS_OPTIMIZER,
    IB_AXIS_WEIGHT_DECAY,
    IB_AXIS_BATCH,
    IB_AXIS_EPOCHS,
    IB_AXIS_SEED,
    IB_AXIS_LOG_EVERY,
    IB_AXIS_DTYPE,
    IB_AXIS_IMPL,
    IB_AXIS_RESIDENCY,
    IB_AXIS_COUNT
};

struct ib_axis {
    const struct ib_axis_value *values;
    size_t n;
    bool given; /* set by the configuration, not by default */
};

extern const struct ib_axis_rule ib_axis_rules[IB_AXIS_COUNT];

/* The names of all axes, in order; ends with NULL. */
const char *const *ib_axis_names(void);
/* Finds an axis by name; IB_AXIS_COUNT if there is none. */
enum ib_axis_kind ib_axis_find(const char *name);
/* Whether values are numbers and can be compared. */
bool ib_axis_is_number(enum ib_axis_kind);
/* The kind of its values ("integer"), and the values allowed ("an integer from 1 to 10", "f32 or f64"). */
const char *ib_axis_type_name(enum ib_axis_kind);
const char *ib_axis_allowed(struct ib_arena *, enum ib_axis_kind);
/* The default of a single training: the last default of the axis, or the first if they depend on the case;
 * NULL if a value is required. */
const char *ib_axis_train_default(enum ib_axis_kind);

/* Reads one value as written in a flag or condition: "0.01", "6,6" or "none" for hidden, "cpu_blas
 * threads=2". Model names are checked here, those of data sets and implementations only by ib_matrix_build.
 * IB_EINVAL at `where`. */
enum ib_status ib_axis_parse(struct ib_arena *, enum ib_axis_kind, const char *text, const char *where,
                             struct ib_axis_value *out);
/* Reads one item of a configuration and appends its values to *out. In `hidden`, 6 and [6] are one layer, [6,
 * 6] two, [] none. An item of `impl` may be a map such as {name: cpu_blas, threads: [1, 2]}, which gives one
 * value for each combination of its options. */
enum ib_status ib_axis_read(const struct ib_yaml *, enum ib_axis_kind, const yaml_node_t *item,
                            struct ib_axis_values *out);
/* Reads a whole axis: a list of items or a single one. IB_EINVAL if it is empty. */
enum ib_status ib_axis_read_all(const struct ib_yaml *, enum ib_axis_kind, const yaml_node_t *list,
                                struct ib_axis *out);
/* Checks that no value is given twice. */
enum ib_status ib_axis_check(enum ib_axis_kind, const struct ib_axis *);
/* Sets the axis to its default; empty if it has none. */
enum ib_status ib_axis_default(struct ib_arena *, enum ib_axis_kind, struct ib_axis *out);

/* The JSON Schema of a single value, and of the whole axis: a list of values or a single one. */
json_t *ib_axis_item_schema(enum ib_axis_kind);
json_t *ib_axis_schema(enum ib_axis_kind);

/* Stores a value in a case. */
void ib_axis_enter(enum ib_axis_kind, const struct ib_axis_value *, struct ib_case *);
/* Whether the axis applies to a case. Only the axes before it need to be set. */
bool ib_axis_applies(enum ib_axis_kind, const struct ib_case *);

/* The column of an axis in a record. */
struct ib_axis_column {
    const char *name;
    enum ib_axis_form form;
    const char *sql_type; /* TEXT, REAL, INTEGER; a list of integers is TEXT: a JSON array */
    bool nullable;        /* NULL in cases to which the axis does not apply */
};
struct ib_axis_column ib_axis_column(enum ib_axis_kind);

/* A case's value on an axis, as text that ib_axis_parse reads; `impl` gives the bare name, since settings
 * have their own column. NULL if the axis does not apply and no value is implied. Names of data sets and
 * implementations are copied, so that the text outlives the case. */
const char *ib_axis_text(struct ib_arena *, enum ib_axis_kind, const struct ib_case *);

#endif
