/* Files within a ZIP archive, as NumPy's savez and savez_compressed write them. */
#ifndef IB_DATA_ZIP_H
#define IB_DATA_ZIP_H

#include "data/source.h"

struct ib_zip_entry {
    const char *name;
    uint64_t header;            /* where its local header begins */
    uint64_t compressed, bytes; /* its size */
    uint32_t crc;
    unsigned method, flags;
};

struct ib_zip {
    const struct ib_source *source;
    struct ib_zip_entry *entries;
    size_t n;
};

/* Reads the archive's directory. IB_EINVAL, at the path, for another file or a damaged one. */
enum ib_status ib_zip_open(struct ib_arena *, const struct ib_source *, struct ib_zip *out);
/* Returns the entry of this name, or NULL. */
const struct ib_zip_entry *ib_zip_find(const struct ib_zip *, const char *name);
/* Extracts an entry into memory, as ib_inflate does; *out names it "archive/entry". The caller closes it. */
enum ib_status ib_zip_extract(struct ib_arena *, const struct ib_zip *, const struct ib_zip_entry *,
                              struct ib_source *out);

#endif
