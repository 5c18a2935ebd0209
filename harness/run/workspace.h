/* The arrays of a run, as files that parent and workers share: each data set standardised once a type, each
 * start drawn once, and a folder for what each pass returns. All of it goes when the workspace closes. */
#ifndef IB_RUN_WORKSPACE_H
#define IB_RUN_WORKSPACE_H

#include "core/case.h"
#include "protocol/messages.h"
#include "run/standardise.h"

struct ib_workspace {
    const char *folder;
    struct ib_prepared *prepared;
    struct ib_start *starts;
    uint64_t n_folders;
    struct ib_arena arena;
};

/* Makes a new folder inside `parent`, or in the system's folder for temporary files (NULL). */
enum ib_status ib_workspace_open(const char *parent, struct ib_workspace *out);
/* Removes the folder and all in it. */
void ib_workspace_close(struct ib_workspace *);

/* A new, empty folder, for the arrays of one pass; and its end, when they have been read. */
enum ib_status ib_workspace_folder(struct ib_workspace *, const char **out);
void ib_workspace_remove(const char *folder);

/* The arrays of a case in a type (the case's own for implementations, ib_workspace_exact_type for the
 * oracle). Made when they are first asked for. */
enum ib_status ib_workspace_prepare(struct ib_workspace *, const struct ib_case *, enum ib_dtype,
                                    const struct ib_prepared **out);

/* The type of the arrays that the oracle reads: f64, so that rounding the data is part of what it judges; but
 * the case's own where a second copy of the features in f64 would be too large to have beside the first. */
enum { IB_EXACT_ELEMENTS_MAX = 1 << 25 };
enum ib_dtype ib_workspace_exact_type(const struct ib_training_spec *);

/* The case as a job for a worker, in a type; strings live in the workspace. */
enum ib_status ib_workspace_job(struct ib_workspace *, const struct ib_case *, enum ib_dtype,
                                struct ib_job *out);

#endif
