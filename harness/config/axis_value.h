/* What axes are made of: values, the kinds of values, and what is said of one axis. Private to config/ax*.c,
 * but for values. */
#ifndef IB_CONFIG_AXIS_VALUE_H
#define IB_CONFIG_AXIS_VALUE_H

#include "base/yaml_reader.h"
#include "core/case.h"

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

/* Values while they are collected. */
struct ib_axis_values {
    struct ib_axis_value *list;
    size_t n, capacity;
};

/* How a record holds the values of an axis. */
enum ib_axis_form { IB_FORM_TEXT = 1, IB_FORM_REAL, IB_FORM_INTEGER, IB_FORM_INTEGERS };

enum { IB_AXIS_DEFAULTS = 2 };

struct ib_axis_rule {
    const char *name, *help;                    /* one line */
    const char *example;                        /* values as a configuration spells them */
    const struct ib_axis_type *type;            /* of axis_types.h */
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

/* A kind of values. */
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
    enum ib_status (*read)(const struct ib_yaml *, const struct ib_axis_rule *, const yaml_node_t *item,
                           struct ib_axis_values *out);
    /* A value enters a case by its member at `from`; `settle` sets what depends on it. NULL: nothing. */
    size_t from, bytes;
    void (*settle)(const struct ib_axis_value *, struct ib_case *);
    /* What a case has, as the text that `parse` reads; an implementation without its settings. */
    const char *(*print)(struct ib_arena *, const struct ib_axis_rule *, const struct ib_case *);
};

enum { IB_AXIS_NAMES = 16 };

/* The closed list of names that an axis may take, to names[IB_AXIS_NAMES + 1]; none where it is open. Ends
 * with NULL. */
void ib_axis_list_names(const struct ib_axis_rule *, const char **names);
/* "an integer from 1 to 10", "f32 or f64". */
const char *ib_axis_rule_allowed(struct ib_arena *, const struct ib_axis_rule *);
/* Reads one value from text. IB_EINVAL at `where`. */
enum ib_status ib_axis_rule_parse(struct ib_arena *, const struct ib_axis_rule *, const char *text,
                                  const char *where, struct ib_axis_value *out);
/* Adds a value to those collected; ib_axis_add_text also reads it. */
void ib_axis_add(struct ib_arena *, const struct ib_axis_value *, struct ib_axis_values *out);
enum ib_status ib_axis_add_text(const struct ib_yaml *, const struct ib_axis_rule *, const yaml_node_t *item,
                                const char *text, struct ib_axis_values *out);

#endif
