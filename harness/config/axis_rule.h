/* The parts of axes: values, value types, and the rule of one axis. Everything except values is private to
 * config/ax*.c. */
#ifndef IB_CONFIG_AXIS_RULE_H
#define IB_CONFIG_AXIS_RULE_H

#include "base/yaml_reader.h"
#include "core/case.h"

#include <jansson.h>

/* One value of an axis: its canonical text ("0.01", "6,6", "cpu_blas threads=2"), the parsed value, and its
 * source. Two values are equal if their texts are. */
struct ib_axis_value {
    const char *text;
    const char *identity; /* the part that is hashed: the text, or the hash of a data set's contents */
    const char *where;    /* file:line, or a flag */
    double number;        /* rates and integers; used by comparisons */
    uint64_t integer;     /* integers */
    int word;             /* words: the enumeration */
    uint32_t n_list;      /* layers */
    uint64_t list[IB_MAX_LAYERS - 1];
    const char *name;                  /* impl, dataset, model: the bare name */
    const struct ib_setting *settings; /* impl: as given, sorted by name, not yet checked */
    size_t n_settings;
    const void *object; /* the named object: struct ib_model, ib_dataset, ib_configured_impl */
};

/* A growing list of values. */
struct ib_axis_values {
    struct ib_axis_value *list;
    size_t n, capacity;
};

/* How a record stores the values of an axis. */
enum ib_axis_form { IB_FORM_TEXT = 1, IB_FORM_REAL, IB_FORM_INTEGER, IB_FORM_INTEGERS };

#define IB_LAYER_MAX 1000000 /* units of a hidden layer */

enum { IB_AXIS_DEFAULTS = 2 };

struct ib_axis_rule {
    const char *name, *help;                    /* one line */
    const char *example;                        /* values as written in a configuration */
    const struct ib_axis_type *type;            /* of axis_parsers.h */
    size_t offset;                              /* of its field in struct ib_case */
    const char *defaults[IB_AXIS_DEFAULTS + 1]; /* ends with NULL; without a default the axis is required */
    /* Which default a case has; NULL: all of them. */
    size_t (*which_default)(const struct ib_case *);
    bool (*applies)(const struct ib_case *); /* NULL: always */
    bool is_implied;                 /* where it does not apply, model or implementation imply its value */
    bool is_solver;                  /* cases that differ only here solve the same problem */
    bool is_size;                    /* problems that differ only here are sizes of the same problem */
    bool identifies;                 /* part of id and hash even at the default */
    const char *slug;                /* prefix of its value in an id */
    bool is_named;                   /* shown in an id even at the default, but then not part of the hash */
    const struct ib_word *words;     /* for words: the choices */
    const struct ib_word *all_words; /* if the enumeration has more values than the choices */
    uint64_t min, max;               /* for integers */
    const char *flag, *flag_value;   /* of `ironbench train`: "--lr", "RATE" */
};

/* A type of axis values. */
struct ib_axis_type {
    const char *name;    /* for the reference: "integer" */
    const char *allowed; /* completes "`x` is not …"; NULL: derived from the names or the range */
    enum ib_axis_form form;
    bool is_number; /* values can be compared */
    /* Hints appended to "empty axis" and "given twice"; NULL: none. */
    const char *empty_hint, *twice_hint;
    /* Lists the allowed names: up to IB_AXIS_NAMES, then NULL. */
    void (*list)(const struct ib_axis_rule *, const char **names);
    /* Parses text; false if not allowed. The caller sets `where` and `identity`. */
    bool (*parse)(struct ib_arena *, const struct ib_axis_rule *, const char *text,
                  struct ib_axis_value *out);
    /* Reads an item of type `node` instead of a scalar, and appends its values. NULL: scalars only. */
    yaml_node_type_t node;
    enum ib_status (*read)(const struct ib_yaml *, const struct ib_axis_rule *, const yaml_node_t *item,
                           struct ib_axis_values *out);
    json_t *(*schema)(const struct ib_axis_rule *); /* of one value as an item of a configuration */
    /* The member of struct ib_axis_value that is copied to the case; `settle` then sets dependent fields
     * (NULL: none). */
    size_t from, bytes;
    void (*settle)(const struct ib_axis_value *, struct ib_case *);
    /* A case's value as text that `parse` reads; an implementation without its settings. */
    const char *(*print)(struct ib_arena *, const struct ib_axis_rule *, const struct ib_case *);
};

enum { IB_AXIS_NAMES = 16 };

/* Initializes `from` and `bytes` of a type. */
#define IB_AXIS_FROM(member)                                                                                 \
    .from = offsetof(struct ib_axis_value, member), .bytes = sizeof((struct ib_axis_value *)0)->member

/* The field of an axis in a case. */
static inline const void *ib_axis_field(const struct ib_axis_rule *rule, const struct ib_case *c)
{
    return (const char *)c + rule->offset;
}

/* Lists the names that an axis may take in names[IB_AXIS_NAMES + 1]; ends with NULL; empty if any name is
 * allowed. */
void ib_axis_list_names(const struct ib_axis_rule *, const char **names);
/* "an integer from 1 to 10", "f32 or f64". */
const char *ib_axis_rule_allowed(struct ib_arena *, const struct ib_axis_rule *);
/* Reads one value from text. IB_EINVAL at `where`. */
enum ib_status ib_axis_rule_parse(struct ib_arena *, const struct ib_axis_rule *, const char *text,
                                  const char *where, struct ib_axis_value *out);
/* Appends a value; ib_axis_add_text parses it first. */
void ib_axis_add(struct ib_arena *, const struct ib_axis_value *, struct ib_axis_values *out);
enum ib_status ib_axis_add_text(const struct ib_yaml *, const struct ib_axis_rule *, const yaml_node_t *item,
                                const char *text, struct ib_axis_values *out);

#endif
