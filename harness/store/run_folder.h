/* The folder of one run: DIR/run.sqlite and the files rendered from it. */
#ifndef IB_STORE_RUN_FOLDER_H
#define IB_STORE_RUN_FOLDER_H

#include "store/database.h"

#include <limits.h>
#include <stdio.h>

/* DIR/run.sqlite, to path[PATH_MAX]. IB_EINVAL: too long. */
enum ib_status ib_run_folder_path(const char *dir, char *path);

/* Locks DIR until the descriptor in *lock is closed or its owner dies, since only one process at a time may
 * add to a run. *locked is false if the file system refuses such locks, as NFS can. IB_EINVAL: another
 * process holds the lock. */
enum ib_status ib_run_folder_lock(const char *dir, int *lock, bool *locked);

/* Makes the parents of a file or folder. */
enum ib_status ib_run_folder_make_parents(const char *path);

/* Makes DIR and its parents, and an empty run.sqlite in it, so that two runs cannot claim one folder. The
 * path of the file goes to path[PATH_MAX]. IB_EINVAL: DIR already holds a run; IB_EIO: it cannot be written
 * to. */
enum ib_status ib_run_folder_claim(const char *dir, char *path);

/* Checks that DIR can be claimed and, if it is not there, made. Leaves nothing behind. */
enum ib_status ib_run_folder_check(const char *dir);

/* Removes the files of a run that was killed after ib_run_folder_claim, before it made any table. *blank:
 * there were such files, and DIR can be claimed again. */
enum ib_status ib_run_folder_disclaim(const char *dir, bool *blank);

/* Opens the run of DIR for reading. IB_EINVAL: there is no run, or its tables are of another version. */
enum ib_status ib_run_folder_open(const char *dir, sqlite3 **out);

/* Writes DIR/name completely or not at all, and makes the folder of `name`. */
enum ib_status ib_run_folder_write(const char *dir, const char *name, const char *text);
/* The same for what `print` prints about `what`. */
typedef enum ib_status ib_printer(FILE *, const void *what);
enum ib_status ib_run_folder_print(const char *dir, const char *name, ib_printer *print, const void *what);

#endif
