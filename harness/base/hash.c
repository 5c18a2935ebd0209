#include "base/hash.h"

#include <stdint.h>

void ib_hash_begin(struct ib_hash *hash)
{
    SHA256Init(&hash->context);
}

void ib_hash_bytes(struct ib_hash *hash, const void *data, size_t bytes)
{
    if (bytes)
        SHA256Update(&hash->context, data, bytes);
}

void ib_hash_end(struct ib_hash *hash, char hex[IB_HASH_HEX])
{
    SHA256End(&hash->context, hex);
}

void ib_hash_of(const void *data, size_t bytes, char hex[IB_HASH_HEX])
{
    struct ib_hash hash;
    ib_hash_begin(&hash);
    ib_hash_bytes(&hash, data, bytes);
    ib_hash_end(&hash, hex);
}
