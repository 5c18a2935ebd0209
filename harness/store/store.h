/* The record of a run on disk: DIR/run.sqlite, written by one process, one transaction per round of a case,
 * so that a kill at any moment loses at most the round in flight. Tables: results/schema.sql. */
#ifndef IB_STORE_STORE_H
#define IB_STORE_STORE_H

#include "config/config.h"
#include "store/passes.h"
#include "store/run_record.h"

struct ib_store;

/* Makes DIR (and its parents) and a new run in it. IB_EINVAL: DIR already holds a run; IB_EIO: it cannot be
 * written to. */
enum ib_status ib_store_create(const char *dir, const struct ib_config *, const struct ib_machine *,
                               struct ib_store **out);
/* Adds all cases in one transaction: a run has all of its cases or none. */
enum ib_status ib_store_add_cases(struct ib_store *, const struct ib_case *cases, size_t n);
/* Opens the run in DIR to continue it; ib_resume_check (resume.h) says whether that is allowed. run: its
 * cases as ib_load_run_cases read them, which are taken over; NULL: they are read. */
enum ib_status ib_store_open(const char *dir, struct ib_run_record *run, struct ib_store **out);

/* Reads what was measured before the run was opened, which ib_store_record needs. Else a case is read when
 * something is added to it: a sweep of very many cases must not wait for that. */
enum ib_status ib_store_know_all(struct ib_store *);
/* The run as it stands, with all that is derived from it; valid until the next call for this store. What
 * ib_store_know_all could not read is missing. */
const struct ib_run_record *ib_store_record(struct ib_store *);
/* Of that record, what needs nothing derived. */
const struct ib_machine *ib_store_machine(const struct ib_store *);

/* Each adds to the record and writes to the disk. Cases are those of ib_store_add_cases, found by id. After a
 * failure the disk holds nothing of the pass, but the record may hold parts of it: close the store. */
enum ib_status ib_store_put_checked(struct ib_store *, const struct ib_case *,
                                    const struct ib_checked_pass *);
enum ib_status ib_store_put_timed(struct ib_store *, const struct ib_case *, const struct ib_timed_pass *);
enum ib_status ib_store_put_process(struct ib_store *, const struct ib_case *,
                                    const struct ib_process_pass *);
/* The answer of a case's checked pass; zeroes: there is none. An error leaves the arena as it was. */
enum ib_status ib_store_load_final(struct ib_store *, const struct ib_case *, struct ib_arena *,
                                   struct ib_final *out);
/* The stops of a case, once; then rounds of trainings up to them. */
enum ib_status ib_store_put_stops(struct ib_store *, const struct ib_case *, const struct ib_search_pass *);
enum ib_status ib_store_put_stopped(struct ib_store *, const struct ib_case *, const struct ib_stops_pass *);
/* A case that ended without (further) passes: unavailable, unsupported, or a failed worker. */
enum ib_status ib_store_put_status(struct ib_store *, const struct ib_case *, enum ib_case_status,
                                   const char *reason);
/* The folders within the run's own that hold the arrays of a running sweep: recorded before they are filled,
 * so that what a killed run left can be removed by name. */
enum ib_status ib_store_add_workspace(struct ib_store *, const char *name);
enum ib_status ib_store_drop_workspace(struct ib_store *, const char *name);
enum ib_status ib_store_workspaces(struct ib_store *, struct ib_arena *, const char ***names, size_t *n);

/* What the times of the run are of: a name for people, and what distinguishes it from another. */
struct ib_identity {
    const char *name, *value;
};
enum ib_status ib_store_put_identities(struct ib_store *, const struct ib_identity *, size_t n);
enum ib_status ib_store_identities(struct ib_store *, struct ib_arena *, struct ib_identity **list,
                                   size_t *n);

/* Replaces the repositories that the run was made of; the configuration's comes first. */
enum ib_status ib_store_put_sources(struct ib_store *, const struct ib_source_record *, size_t n);

/* Moves what has been written so far from the write-ahead log into the database, so that a copy of that file
 * alone holds it. A reader in the way only delays it. */
void ib_store_checkpoint(struct ib_store *);

/* Marks the run as finished. */
enum ib_status ib_store_finish(struct ib_store *);
void ib_store_close(struct ib_store *);

/* Sets the implementation that speed-ups are over, in the run of DIR, finished or not. IB_EINVAL lists what
 * is allowed when no case of the run has that implementation or label. */
enum ib_status ib_store_set_reference(const char *dir, const char *reference);

#endif
