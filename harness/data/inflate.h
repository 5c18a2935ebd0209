/* Decompressing a file, or a part of one, into memory. */
#ifndef IB_DATA_INFLATE_H
#define IB_DATA_INFLATE_H

#include "ironbench/impl.h"

#include <stdint.h>

enum ib_compression { IB_STORED, IB_DEFLATE, IB_GZIP };

struct ib_compressed {
    const char *path; /* for messages */
    int fd;
    uint64_t start, bytes; /* of the compressed bytes */
    enum ib_compression compression;
};

/* Decompresses into a file that exists only in memory. The caller closes *fd. IB_EINVAL for damaged data, for
 * data that are cut, and for more than ib_inflate_most bytes; IB_EIO if there is no room. `crc` is of all
 * decompressed bytes. */
enum ib_status ib_inflate(const struct ib_compressed *, int *fd, uint64_t *bytes, uint32_t *crc);

/* How many bytes so many compressed ones may become: 200 times as many, and at least 64 MiB, but at most half
 * of the machine's memory. Data compress by less, and a file that claims more is likely made to fill memory.
 */
uint64_t ib_inflate_most(uint64_t compressed_bytes);

#endif
