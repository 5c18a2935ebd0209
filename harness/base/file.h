/* Reading whole files, and the parts of a path. */
#ifndef IB_BASE_FILE_H
#define IB_BASE_FILE_H

#include "base/arena.h"
#include "ironbench/impl.h"

/* Reads a file of at most `max_bytes` and appends a NUL. IB_EIO if it cannot be read (a pipe cannot),
 * IB_EINVAL if it is larger, IB_ENOMEM if it is larger than this machine's memory. */
enum ib_status ib_file_read(struct ib_arena *, const char *path, size_t max_bytes, char **text,
                            size_t *bytes);
/* The same without a byte-order mark of UTF-8. IB_EINVAL for UTF-16 and for NUL bytes. */
enum ib_status ib_file_read_text(struct ib_arena *, const char *path, size_t max_bytes, char **text,
                                 size_t *bytes);

/* The same of an open file, of any size. */
enum ib_status ib_file_text(struct ib_arena *, int fd, const char *path, char **text, size_t *bytes);

/* Opens a file for reading; does not wait for the writer of a pipe. Returns -1, with errno. */
int ib_file_open(const char *path);
/* Reads `bytes` bytes at an offset. IB_EIO if there are fewer: another program may cut the file. */
enum ib_status ib_file_read_exactly(int fd, const char *path, uint64_t offset, size_t bytes, void *out);

/* Makes a new folder NAME-XXXXXX in TMPDIR, or else in /tmp, or else in `last` (may be NULL). IB_EIO: none of
 * them can be written to. */
enum ib_status ib_temporary_folder(struct ib_arena *, const char *name, const char *last, char **out);

/* Makes the folders on the way to a file. The path is unchanged in the end. IB_EIO. */
enum ib_status ib_file_make_parents(char *path);

/* Removes a folder and all that is in it, as far as possible; links are removed, not followed. */
void ib_folder_remove(const char *path);

/* "a/b" for "a/b/c.csv"; "." if the path names no folder. */
char *ib_file_folder(struct ib_arena *, const char *path);
/* "c" for "a/b/c.csv". */
char *ib_file_stem(struct ib_arena *, const char *path);
/* Whether a path ends with ".csv", in small or capital letters. */
bool ib_file_has_suffix(const char *path, const char *suffix);
/* folder/path, without "./" between; or a copy of `path` if it is absolute or `folder` is NULL. */
char *ib_file_join(struct ib_arena *, const char *folder, const char *path);

#endif
