/* A configuration file, read strictly: every error names file:line, the key, what was wrong and what is
 * allowed. */
#ifndef IB_CONFIG_CONFIG_H
#define IB_CONFIG_CONFIG_H

#include "config/case_filter.h"
#include "config/external.h"
#include "config/gate_rules.h"
#include "config/matrix_spec.h"
#include "config/measure.h"
#include "data/dataset.h"

/* `zip: [lr, epochs]` ties axes of `matrix` so that they advance together: first with first, second with
 * second. `zip: [[lr, epochs], [hidden, init]]` ties two pairs. Only tied axes may contain a value twice. */
struct ib_config {
    const char *name;
    const char *path, *folder;    /* as given; the folder to which its relative paths refer */
    const char *text;             /* the whole file */
    char sha256[IB_HASH_HEX];     /* of the text */
    struct ib_matrix_spec *specs; /* `matrix` and every entry of `include`, in the order of the file */
    size_t n_specs;
    const struct ib_dataset_spec *datasets;
    size_t n_datasets;
    struct ib_zip *zips;
    size_t n_zips;
    const struct ib_case_filter *excludes;
    size_t n_excludes;
    struct ib_case_selection selection; /* from the command line, not the file */
    const char *selection_text; /* the same as a JSON array of its flags, for the record; NULL: none */
    const char *const *plugins; /* paths; ends with NULL */
    const char *plugins_where;  /* "file:line" of those in the file */
    struct ib_external *externals;
    size_t n_externals;
    const char *const *require; /* globs of implementations that must be available; ends with NULL */
    const char *baseline, *baseline_where; /* reference of speed-ups; NULL: cpu_naive, or the first */
    struct ib_measure measure;
    struct ib_gate_rules gate;
    struct ib_arena arena;
};

extern const struct ib_yaml_key ib_config_keys[];

/* The JSON Schema of a configuration, for editors, from the tables that read it. What it refuses, the reader
 * refuses too, but for values that are NULL in JSON and text in YAML. */
json_t *ib_config_schema(void);

/* Reads a file, given by its path or by the name of a shipped configuration (config/shipped.h). */
enum ib_status ib_config_read(const char *path, struct ib_config *out);

/* Creates a configuration without a file: one matrix with every axis at its default, and paths relative to
 * the working directory. ib_config_set then sets an axis to a single value; `where` names the flag. */
enum ib_status ib_config_default(const char *name, struct ib_config *out);
enum ib_status ib_config_set(struct ib_config *, enum ib_axis_kind, const char *text, const char *where);

/* Appends plugins from the command line: paths relative to the working directory; the list ends with NULL and
 * may be NULL. */
void ib_config_add_plugins(struct ib_config *, const char *const *paths);

void ib_config_free(struct ib_config *);

#endif
