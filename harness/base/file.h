/* Whole files in memory, and the parts of their paths. */
#ifndef IB_BASE_FILE_H
#define IB_BASE_FILE_H

#include "base/arena.h"
#include "ironbench/impl.h"

/* The contents of a file of at most `max_bytes`, with a NUL behind them. IB_EIO with the reason when it
 * cannot be read, IB_EINVAL when it is larger. */
enum ib_status ib_file_read(struct ib_arena *, const char *path, size_t max_bytes, char **text,
                            size_t *bytes);

/* Makes a new folder NAME-XXXXXX in TMPDIR, else in /tmp, else in `last` (may be NULL). IB_EIO where none of
 * them can be written to. */
enum ib_status ib_temporary_folder(struct ib_arena *, const char *name, const char *last, char **out);

/* "a/b" for "a/b/c.csv"; "." where there is no folder. */
char *ib_file_folder(struct ib_arena *, const char *path);
/* "c" for "a/b/c.csv". */
char *ib_file_stem(struct ib_arena *, const char *path);
/* folder/path, or `path` itself where it is absolute or there is no folder (NULL). */
char *ib_file_join(struct ib_arena *, const char *folder, const char *path);

#endif
