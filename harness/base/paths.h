/* Where the program's own files are. In a build tree the program is one folder below the project's root.
 * Once installed, its files are in ../share/ironbench and its plugins in ../lib/ironbench, relative to the
 * program. IRONBENCH_HOME overrides the data folder. */
#ifndef IB_BASE_PATHS_H
#define IB_BASE_PATHS_H

#include "base/arena.h"

/* The folder that contains configs/, scripts/charts/ and results/. */
const char *ib_home(void);
/* home/relative */
char *ib_home_path(struct ib_arena *, const char *relative);
/* The shared object of a plugin shipped with this program, or with another ironbench binary. */
char *ib_plugin_path(struct ib_arena *, const char *name);
char *ib_plugin_path_of(struct ib_arena *, const char *program, const char *name);
/* The file with the commit that this program was built from (base/version.h). */
char *ib_commit_path(struct ib_arena *);
/* The path of this program; in a unit test, which is in the folder tests/ below it, still that of
 * ironbench. */
const char *ib_self(void);
/* The file that is executed as `PROGRAM worker`: a smaller one, which the program is built and installed
 * with, or the program itself if it was copied without that. */
char *ib_worker_path_of(struct ib_arena *, const char *program);
/* The same of this program, as a descriptor: it stands for the same file as long as this process runs, even
 * if that is removed or replaced meanwhile. -1, with errno set: it cannot be opened. */
int ib_worker_fd(void);

#endif
