/* The folder of a sweep: a new one, or that of an interrupted run to resume. */
#ifndef IB_RUN_RUN_DIR_OPEN_H
#define IB_RUN_RUN_DIR_OPEN_H

#include "config/sweep.h"
#include "store/resume.h"

struct ib_run_dir {
    const char *dir;
    int lock;    /* held on the folder */
    bool locked; /* false: the file system refuses locks */
    struct ib_store *store;
    struct ib_case_progress *progress; /* per case; NULL: nothing has been done */
};

/* Opens the folder. dir: NULL for results/runs/NAME-UTC, or with `resume` for the newest run of the
 * configuration there. Allocates in the sweep's arena. IB_EINVAL: the folder already contains a run, or none
 * that can be resumed, or another process is writing to it. */
enum ib_status ib_run_dir_open(struct ib_sweep *, const char *dir, bool resume, struct ib_run_dir *out);
/* Checks, without making anything, what can be checked of it before a sweep is opened: whether the folder can
 * be written to and holds no run yet, or with `resume`, whether it is there. */
enum ib_status ib_run_dir_check(const char *dir, bool resume);
void ib_run_dir_close(struct ib_run_dir *);

#endif
