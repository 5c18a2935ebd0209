/* A folder that holds one run: DIR/run.sqlite and what is rendered from it. */
#ifndef IB_STORE_RUN_FOLDER_H
#define IB_STORE_RUN_FOLDER_H

#include "store/database.h"

#include <limits.h>

/* DIR/run.sqlite, to path[PATH_MAX]. IB_EINVAL: too long. */
enum ib_status ib_run_folder_path(const char *dir, char *path);

/* Only one process at a time may add to a run: holds DIR until the descriptor in *lock is closed, or its
 * owner dies. *locked is false where the file system refuses such locks, as NFS does. IB_EINVAL: another
 * process holds it. */
enum ib_status ib_run_folder_lock(const char *dir, int *lock, bool *locked);

/* Makes DIR and its parents, and an empty run.sqlite in it, so that two runs cannot both have the folder.
 * IB_EINVAL: it holds a run already; IB_EIO: it cannot be written to. The file's path goes to path[PATH_MAX].
 */
enum ib_status ib_run_folder_claim(const char *dir, char *path);

/* Gives up what ib_run_folder_claim left where the process was killed before it had made any table. *blank:
 * that was so, and DIR can be claimed again. */
enum ib_status ib_run_folder_disclaim(const char *dir, bool *blank);

/* Opens the run of DIR for reading. IB_EINVAL: no run there, or one whose tables this program does not know.
 */
enum ib_status ib_run_folder_open(const char *dir, sqlite3 **out);

/* Writes DIR/name, whole or not at all; the folder of `name` is made. */
enum ib_status ib_run_folder_write(const char *dir, const char *name, const char *text);

#endif
