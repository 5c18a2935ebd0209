/* The arrays of a run, as files shared by parent and workers: each data set standardised once per type,
 * initial parameters drawn once, and folders for answers. All are removed when the workspace
 * closes. */
#ifndef IB_RUN_WORKSPACE_H
#define IB_RUN_WORKSPACE_H

#include "core/case.h"
#include "protocol/messages.h"
#include "run/shared_files.h"
#include "run/standardise.h"

struct ib_workspace {
    const char *folder;
    const char *memory; /* another one, for small answers (run/answer_memory.h); NULL: none */
    const char *hidden; /* from workers in a sandbox, but for what each needs: the run's folder */
    struct ib_prepared *prepared;
    struct ib_start *starts;
    struct ib_row_order *orders;
    struct ib_unseen *unseen;
    uint64_t secret; /* random: decides which problems are not seen before, and when */
    uint64_t n_folders;
    struct ib_shared_files shared;
    bool removed; /* one of them has gone; set by ib_workspace_intact */
    struct ib_arena arena;
};

/* Creates a folder in `parent`, or in the system's folder for temporary files (NULL). */
enum ib_status ib_workspace_open(const char *parent, struct ib_workspace *out);
/* Removes the folder and its contents. */
void ib_workspace_close(struct ib_workspace *);

/* Returns the folder for the caches of an implementation, created on first use. */
enum ib_status ib_workspace_cache(struct ib_workspace *, const char *name, const char **out);
/* Creates a folder, for one worker or for arrays; ib_folder_remove removes it. */
enum ib_status ib_workspace_folder(struct ib_workspace *, const char **out);

/* Whether the arrays that workers share are as they were written. If not, names the file that differs, and
 * writes all anew when they are next needed. */
bool ib_workspace_intact(struct ib_workspace *, const char **changed);

/* Returns the arrays of a case in a type (the case's own for implementations, ib_workspace_exact_type for the
 * oracle), written on first use. */
enum ib_status ib_workspace_prepare(struct ib_workspace *, const struct ib_case *, enum ib_dtype,
                                    const struct ib_prepared **out);

/* Returns whether they have been written. */
bool ib_workspace_is_prepared(const struct ib_workspace *, const struct ib_case *, enum ib_dtype);

/* The type of the arrays that the oracle reads: f64, so that rounding of the data is part of the comparison,
 * but the case's own type if a second copy of the features in f64 would be too large. */
enum { IB_EXACT_ELEMENTS_MAX = 1 << 25 };
enum ib_dtype ib_workspace_exact_type(const struct ib_training_spec *);

/* Returns the file of the orders of a case's rows (core/batches.h), written on first use; NULL without
 * mini-batches. */
enum ib_status ib_workspace_order(struct ib_workspace *, const struct ib_case *, const char **path);

/* Describes the case as a job for a worker, in a type; strings live in the workspace. */
enum ib_status ib_workspace_job(struct ib_workspace *, const struct ib_case *, enum ib_dtype,
                                struct ib_job *out);

/* Makes the job begin with the order of the rows that follows after `epochs` epochs, which is written to the
 * folder. Nothing without mini-batches. */
enum ib_status ib_workspace_order_from(struct ib_workspace *, uint64_t epochs, const char *folder,
                                       struct ib_job *);
/* Makes the job start from this state (train/training_state.h), which is written to the folder. */
enum ib_status ib_workspace_start_from(struct ib_workspace *, const double *state, const char *folder,
                                       struct ib_job *);

#endif
