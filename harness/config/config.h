/* A configuration file, read strictly: every refusal names file:line, the key, what was wrong and what is
 * allowed. */
#ifndef IB_CONFIG_H
#define IB_CONFIG_H

#include "datasets/dataset.h"
#include "config/exclude.h"
#include "config/product.h"

struct ib_measure {
    uint64_t warmup; /* untimed passes in each worker before the timed one */
    uint64_t rounds;
    uint64_t timeout_ns;       /* of one request to a worker */
    uint64_t oracle_budget_ns; /* of one reference trajectory; past it, fewer epochs are verified */
    uint64_t min_time_ns;      /* repeat the training within a round until this much has been timed */
};

struct ib_config {
    const char *name;
    const char *path, *folder;   /* as given; the folder that relative paths in it start from */
    const char *text;            /* the whole file */
    char sha256[IB_HASH_HEX];    /* of the text */
    struct ib_product *products; /* `matrix` and every entry of `include`, in the order of the file */
    size_t n_products;
    const struct ib_dataset_spec *datasets;
    size_t n_datasets;
    const struct ib_exclude *excludes;
    size_t n_excludes;
    const char *const *plugins; /* ends with NULL */
    const char *const *require; /* globs of implementations that must be available; ends with NULL */
    struct ib_measure measure;
    struct ib_arena arena;
};

enum ib_status ib_config_read(const char *path, struct ib_config *out);

/* A configuration without a file: one product with every axis at its default, paths relative to the working
 * directory. ib_config_set then gives an axis its one value; `where` is the flag that said so. */
enum ib_status ib_config_default(const char *name, struct ib_config *out);
enum ib_status ib_config_set(struct ib_config *, enum ib_axis_kind, const char *text, const char *where);

void ib_config_free(struct ib_config *);

#endif
