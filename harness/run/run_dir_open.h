/* The folder that a sweep is written to: a new one, or that of an interrupted run to go on with. */
#ifndef IB_RUN_RUN_DIR_OPEN_H
#define IB_RUN_RUN_DIR_OPEN_H

#include "config/sweep.h"
#include "store/resume.h"

struct ib_run_dir {
    const char *dir;
    int lock;    /* held on the folder */
    bool locked; /* false: the file system refuses locks */
    struct ib_store *store;
    struct ib_case_progress *progress; /* of each case; NULL: nothing has been done */
};

/* dir may be NULL: then results/runs/NAME-UTC, or with `resume` the newest run of the configuration there.
 * What must live as long as the sweep lies in its arena. IB_EINVAL: the folder holds a run, or holds none
 * that can be gone on with, or another process is writing to it. */
enum ib_status ib_run_dir_open(struct ib_sweep *, const char *dir, bool resume, struct ib_run_dir *out);
void ib_run_dir_close(struct ib_run_dir *);

#endif
