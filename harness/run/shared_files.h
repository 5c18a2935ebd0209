/* The files that all workers of a run read. A worker that writes to one of them would make the answers of
 * others wrong, so the files are read-only, and looked at after each pass. */
#ifndef IB_RUN_SHARED_FILES_H
#define IB_RUN_SHARED_FILES_H

#include "base/arena.h"
#include "ironbench/impl.h"

struct ib_shared_files {
    struct ib_shared_file *list;
    size_t n, capacity;
};

/* Adds a file that is completely written. IB_EIO. */
enum ib_status ib_shared_files_add(struct ib_arena *, struct ib_shared_files *, const char *path);
/* The first file that was changed, replaced or removed since it was added; NULL: none. */
const char *ib_shared_files_changed(const struct ib_shared_files *);

#endif
