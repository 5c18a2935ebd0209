/* A data file that is open for reading; one whose name ends with .gz is decompressed. */
#ifndef IB_DATA_SOURCE_H
#define IB_DATA_SOURCE_H

#include "base/arena.h"

struct ib_source {
    const char *path; /* as given; for messages */
    const char *name; /* without .gz; by its end, the format */
    int fd;           /* of the contents */
    uint64_t bytes;
};

/* IB_EIO if the file cannot be read, IB_EINVAL if it is damaged or decompresses to too much. */
enum ib_status ib_source_open(struct ib_arena *, const char *path, struct ib_source *out);
void ib_source_close(struct ib_source *);

/* Reads the whole file as text, as ib_file_read_text. */
enum ib_status ib_source_text(struct ib_arena *, const struct ib_source *, char **text, size_t *bytes);

/* The path without .gz at its end, in small or capital letters. */
const char *ib_source_name(struct ib_arena *, const char *path);

#endif
