/* Mirrors of a problem (core/mirror.h) as files, for programs that the harness does not share memory with. */
#ifndef IB_RUN_MIRRORED_PROBLEM_H
#define IB_RUN_MIRRORED_PROBLEM_H

#include "core/mirror.h"
#include "core/spread.h"
#include "parent/worker_process.h"
#include "run/workspace.h"
#include "store/passes.h"

struct ib_mirrored_problem {
    struct ib_workspace *work;
    struct ib_worker_process *worker; /* whose folder gets the files, as it may read no others that are made
                                         after its start; NULL: not started */
    struct ib_job original, job;      /* job: of the current mirror */
    struct ib_mirror mirror;
    struct ib_spread spread; /* of the answers noted */
    const char *folder;      /* of the current mirror's files; NULL: none */
    const char *written;     /* where they are written: what the worker cannot reach */
};

/* Begins with a mirror, in `job`. reversed: its targets are in reverse, so that its answer is another: for
 * warming up. *out is closed even on failure. */
enum ib_status ib_mirrored_open(struct ib_workspace *, const struct ib_job *, bool reversed,
                                struct ib_mirrored_problem *out);
/* Another mirror; the original, with no signs changed. */
enum ib_status ib_mirrored_next(struct ib_mirrored_problem *);
enum ib_status ib_mirrored_original(struct ib_mirrored_problem *);
/* Converts an answer to the current mirror to one to the original. */
void ib_mirrored_restore(const struct ib_mirrored_problem *, const struct ib_final *);
/* Adds the parameters in a folder to the spread. */
enum ib_status ib_mirrored_note(struct ib_mirrored_problem *, const char *folder);
void ib_mirrored_close(struct ib_mirrored_problem *);

#endif
