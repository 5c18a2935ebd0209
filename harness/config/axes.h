/* The axes of a sweep, in one table: name, how a value is read, its default, for which cases it means
 * something, and how it enters a case. Product, collapse, identity and messages all follow the table: a new
 * axis is one entry. */
#ifndef IB_CONFIG_AXES_H
#define IB_CONFIG_AXES_H

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
 * place. */
struct ib_axis_value {
    const char *text;
    const char *identity; /* what is hashed: the text, or the hash of a data set's contents */
    const char *where;    /* file:line, or a flag */
    double number;        /* lr, epochs, seed, log_every */
    uint64_t integer;     /* epochs, seed, log_every; the enumeration for words */
    uint32_t n_list;      /* hidden */
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

enum { IB_AXIS_DEFAULTS = 2 };

struct ib_axis_rule {
    const char *name;
    const struct ib_axis_type *type;            /* private to axes.c */
    size_t offset;                              /* of its field in struct ib_case */
    const char *defaults[IB_AXIS_DEFAULTS + 1]; /* ends with NULL; an axis without one must be given */
    bool (*applies)(const struct ib_case *);    /* NULL: to every case */
    const char *slug;                           /* what stands before its value in an id */
    bool identifies;                            /* part of id and hash even at its default */
    const struct ib_word *words;                /* of words */
    uint64_t min, max;                          /* of integers */
};
extern const struct ib_axis_rule ib_axis_rules[IB_AXIS_COUNT];

/* The names of all axes, in order; ends with NULL. */
const char *const *ib_axis_names(void);
/* By name; IB_AXIS_COUNT when there is none. */
enum ib_axis_kind ib_axis_find(const char *name);
/* Values are numbers, which can be compared. */
bool ib_axis_is_number(enum ib_axis_kind);

/* Reads one value, as a configuration or a flag spells it: "0.01", "6,6" or "none" for hidden, "cpu_blas
 * threads=2". Names of models are checked, those of data sets and implementations only by ib_matrix_build.
 * IB_EINVAL at `where`. */
enum ib_status ib_axis_parse(struct ib_arena *, enum ib_axis_kind, const char *text, const char *where,
                             struct ib_axis_value *out);
/* The axis at its default; no values where there is none. */
enum ib_status ib_axis_default(struct ib_arena *, enum ib_axis_kind, struct ib_axis *out);

/* Puts a value into a case. */
void ib_axis_enter(enum ib_axis_kind, const struct ib_axis_value *, struct ib_case *);

/* The id and canonical text of a case from its values (NULL where an axis means nothing to it). */
void ib_axes_identify(struct ib_arena *, const struct ib_axis_value *const values[IB_AXIS_COUNT],
                      struct ib_case *);

#endif
