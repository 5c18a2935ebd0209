/* Which build of ironbench this is. */
#ifndef IB_BASE_VERSION_H
#define IB_BASE_VERSION_H

#include "base/arena.h"

/* "ironbench 0.1.0 (commit 0123456789ab, Release, GNU 12.2.0)". The commit is that of the sources when the
 * program was built, "-dirty" if tracked files differed from it; it stands in a file next to the program, so
 * that the program is the same as long as its own sources are, and runs can be resumed. "commit unknown"
 * without it. */
const char *ib_version_text(struct ib_arena *);

#endif
