/* Incremental SHA-256, as lower-case hexadecimal or as base64. */
#ifndef IB_BASE_HASH_H
#define IB_BASE_HASH_H

#include <sha2.h>
#include <stddef.h>

enum { IB_HASH_HEX = 65, IB_HASH_BASE64 = 45 };

struct ib_hash {
    SHA2_CTX context;
};

void ib_hash_begin(struct ib_hash *);
void ib_hash_bytes(struct ib_hash *, const void *data, size_t bytes);
/* The same for data that may be large. Beyond IB_HASH_LARGE bytes, eight lanes are hashed at once and then
 * their states, which is several times as fast, and another hash. */
enum { IB_HASH_LARGE = 16 << 20 };
void ib_hash_large(struct ib_hash *, const void *data, size_t bytes);
void ib_hash_end(struct ib_hash *, char hex[IB_HASH_HEX]);
/* Hashes one buffer. */
void ib_hash_of(const void *data, size_t bytes, char hex[IB_HASH_HEX]);
void ib_hash_base64_of(const void *data, size_t bytes, char base64[IB_HASH_BASE64]);

#endif
