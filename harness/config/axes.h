/* The axes of a sweep, in one table: how values are read and printed, the default, the cases an axis applies
 * to, its place in a case, its column in a record and its flag. Product, collapse, identity, conditions,
 * messages, flags and the reference all follow the table: a new axis is one entry, and its field in a case.
 */
#ifndef IB_CONFIG_AXES_H
#define IB_CONFIG_AXES_H

#include "base/yaml_reader.h"
#include "core/case.h"

/* In the order in which they are nested: first what makes a problem, then who solves it, so that cases that
 * can be compared with each other lie side by side. An axis may depend on those before it. */
enum ib_axis_kind {
    IB_AXIS_MODEL,
    IB_AXIS_DATASET,
    IB_AXIS_HIDDEN,
    IB_AXIS_ACT,
    IB_AXIS_LOSS,
    IB_AXIS_INIT,
    IB_AXIS_LR,
    IB_AXIS_EPOCHS,
    IB_AXIS_SEED,
    IB_AXIS_LOG_EVERY,
    IB_AXIS_DTYPE,
    IB_AXIS_IMPL,
    IB_AXIS_RESIDENCY,
    IB_AXIS_COUNT
};

/* One value of an axis: its canonical text ("0.01", "6,6", "cpu_blas threads=2"), what it reads as, and its
 * place. Two values are equal where their texts are. */
struct ib_axis_value {
    const char *text;
    const char *identity; /* what is hashed: the text, or the hash of a data set's contents */
    const char *where;    /* file:line, or a flag */
    double number;        /* rates and integers; what comparisons look at */
    uint64_t integer;     /* integers */
    int word;             /* words: the enumeration */
    uint32_t n_list;      /* layers */
    uint64_t list[IB_MAX_LAYERS - 1];
    const char *name;                  /* impl, dataset, model: the bare name */
    const struct ib_setting *settings; /* impl: as given, by name, not yet checked */
    size_t n_settings;
    const void *object; /* what a name stands for: struct ib_model, ib_dataset, ib_configured_impl */
};

struct ib_axis {
    const struct ib_axis_value *values;
    size_t n;
    bool given; /* by the configuration, not by default */
};

/* Values while they are collected. */
struct ib_axis_values {
    struct ib_axis_value *list;
    size_t n, capacity;
};

enum { IB_AXIS_DEFAULTS = 2 };

struct ib_axis_rule {
    const char *name, *help;                    /* one line */
    const char *example;                        /* values as a configuration spells them */
    const struct ib_axis_type *type;            /* private: axis_types.h */
    size_t offset;                              /* of its field in struct ib_case */
    const char *defaults[IB_AXIS_DEFAULTS + 1]; /* ends with NULL; an axis without one must be given */
    bool (*applies)(const struct ib_case *);    /* NULL: to every case */
    bool is_implied;  /* model or implementation decide it in the cases that it does not apply to */
    bool is_solver;   /* cases that differ in nothing else solve the same problem */
    bool is_size;     /* problems that differ in nothing else are sizes of one */
    bool identifies;  /* part of id and hash even at its default */
    const char *slug; /* what stands before its value in an id */
    const struct ib_word *words;     /* of words: the choices */
    const struct ib_word *all_words; /* where the enumeration has more than the choices */
    uint64_t min, max;               /* of integers */
    const char *flag, *flag_value;   /* of `ironbench train`: "--lr", "RATE" */
};
extern const struct ib_axis_rule ib_axis_rules[IB_AXIS_COUNT];

/* The names of all axes, in order; ends with NULL. */
const char *const *ib_axis_names(void);
/* By name; IB_AXIS_COUNT when there is none. */
enum ib_axis_kind ib_axis_find(const char *name);
/* Values are numbers, which can be compared. */
bool ib_axis_is_number(enum ib_axis_kind);
/* The kind of its values, "integer", and which of them are allowed: "an integer from 1 to 10", "f32 or f64".
 */
const char *ib_axis_type_name(enum ib_axis_kind);
const char *ib_axis_allowed(struct ib_arena *, enum ib_axis_kind);
/* What a single training takes unless told otherwise: the last default; NULL: it must be told. */
const char *ib_axis_train_default(enum ib_axis_kind);

/* Reads one value, as a flag or a condition spells it: "0.01", "6,6" or "none" for hidden, "cpu_blas
 * threads=2". Names of models are checked, those of data sets and implementations only by ib_matrix_build.
 * IB_EINVAL at `where`. */
enum ib_status ib_axis_parse(struct ib_arena *, enum ib_axis_kind, const char *text, const char *where,
                             struct ib_axis_value *out);
/* Reads one item of a configuration, which may stand for several values, and adds them to *out. In `hidden`,
 * 6 and [6] are one layer, [6, 6] two, [] none. An item of `impl` may be a map, {name: cpu_blas, threads: [1,
 * 2]}, whose lists of values stand for one value each. */
enum ib_status ib_axis_read(const struct ib_yaml *, enum ib_axis_kind, const yaml_node_t *item,
                            struct ib_axis_values *out);
/* Reads a whole axis: a list of items, or a single one. IB_EINVAL where it has no values. */
enum ib_status ib_axis_read_all(const struct ib_yaml *, enum ib_axis_kind, const yaml_node_t *list,
                                struct ib_axis *out);
/* No value twice. */
enum ib_status ib_axis_check(enum ib_axis_kind, const struct ib_axis *);
/* The axis at its default; no values where there is none. */
enum ib_status ib_axis_default(struct ib_arena *, enum ib_axis_kind, struct ib_axis *out);

/* Puts a value into a case. */
void ib_axis_enter(enum ib_axis_kind, const struct ib_axis_value *, struct ib_case *);
/* Does the axis mean something to a case? Only what it depends on must be set: the axes before it. */
bool ib_axis_applies(enum ib_axis_kind, const struct ib_case *);

/* What a record holds of an axis: a column of its name. */
enum ib_axis_form { IB_FORM_TEXT = 1, IB_FORM_REAL, IB_FORM_INTEGER, IB_FORM_INTEGERS };
struct ib_axis_column {
    const char *name;
    enum ib_axis_form form;
    const char *sql_type; /* TEXT, REAL, INTEGER; a list of integers is TEXT: a JSON array */
    bool nullable;        /* NULL in cases that the axis does not apply to */
};
struct ib_axis_column ib_axis_column(enum ib_axis_kind);

/* What a case has on an axis, as the text that ib_axis_parse reads; `impl` is the bare name, since settings
 * have a column of their own. NULL where the axis does not apply and nothing implies it. Names of data sets
 * and implementations are copied, so that the text outlives the case. */
const char *ib_axis_text(struct ib_arena *, enum ib_axis_kind, const struct ib_case *);

/* The id and canonical text of a case from its values (NULL where an axis means nothing to it). */
void ib_axes_identify(struct ib_arena *, const struct ib_axis_value *const values[IB_AXIS_COUNT],
                      struct ib_case *);

/* For types of values: they add what an item stands for. ib_axis_add_text also reads it. */
void ib_axis_add(struct ib_arena *, const struct ib_axis_value *, struct ib_axis_values *out);
enum ib_status ib_axis_add_text(const struct ib_yaml *, enum ib_axis_kind, const yaml_node_t *item,
                                const char *text, struct ib_axis_values *out);

#endif
