/* Reading whole files, and the parts of a path. */
#ifndef IB_BASE_FILE_H
#define IB_BASE_FILE_H

#include "base/arena.h"
#include "ironbench/impl.h"

/* Reads a file of at most `max_bytes` and appends a NUL. IB_EIO if it cannot be read, IB_EINVAL if it is
 * larger. */
enum ib_status ib_file_read(struct ib_arena *, const char *path, size_t max_bytes, char **text,
                            size_t *bytes);

/* "a/b" for "a/b/c.csv"; "." if the path names no folder. */
char *ib_file_folder(struct ib_arena *, const char *path);
/* "c" for "a/b/c.csv". */
char *ib_file_stem(struct ib_arena *, const char *path);
/* Returns folder/path, or a copy of `path` if it is absolute or `folder` is NULL. */
char *ib_file_join(struct ib_arena *, const char *folder, const char *path);

#endif
