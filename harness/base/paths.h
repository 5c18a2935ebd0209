/* Where the program's own files lie. In a build tree the program stands one folder below the project's root;
 * once installed, its files are in ../share/ironbench and its plugins in ../lib/ironbench, seen from the
 * program. IRONBENCH_HOME overrides the data folder. */
#ifndef IB_BASE_PATHS_H
#define IB_BASE_PATHS_H

#include "base/arena.h"

/* The folder that holds configs/, scripts/charts/ and results/. */
const char *ib_home(void);
/* home/relative */
char *ib_home_path(struct ib_arena *, const char *relative);
/* The shared object of a shipped plugin; of this program's, or of another ironbench's. */
char *ib_plugin_path(struct ib_arena *, const char *name);
char *ib_plugin_path_of(struct ib_arena *, const char *program, const char *name);
/* This program's own path; for a unit test, which stands in the folder tests/ below the program, the
 * program's. */
const char *ib_self(void);

#endif
