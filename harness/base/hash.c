#include "base/hash.h"

#include "base/hash_lanes.h"

void ib_hash_begin(struct ib_hash *hash)
{
    SHA256Init(&hash->context);
}

void ib_hash_bytes(struct ib_hash *hash, const void *data, size_t bytes)
{
    if (bytes)
        SHA256Update(&hash->context, data, bytes);
}

void ib_hash_large(struct ib_hash *hash, const void *data, size_t bytes)
{
    const size_t stripes = bytes / IB_HASH_STRIPE, rest = bytes % IB_HASH_STRIPE;
    uint32_t states[8][IB_HASH_LANES];
    if (bytes <= IB_HASH_LARGE) {
        ib_hash_bytes(hash, data, bytes);
        return;
    }
    ib_hash_lanes(data, stripes, states);
    ib_hash_bytes(hash, &stripes, sizeof stripes);
    ib_hash_bytes(hash, states, sizeof states);
    ib_hash_bytes(hash, (const char *)data + bytes - rest, rest);
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

/* Three bytes become four digits; of the 32 bytes, one is missing from the last three. */
void ib_hash_base64_of(const void *data, size_t bytes, char base64[IB_HASH_BASE64])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t digest[SHA256_DIGEST_LENGTH + 1] = {0};
    struct ib_hash hash;
    ib_hash_begin(&hash);
    ib_hash_bytes(&hash, data, bytes);
    SHA256Final(digest, &hash.context);
    for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i += 3) {
        const uint32_t three = (uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8 | digest[i + 2];
        for (size_t k = 0; k < 4; k++)
            base64[i / 3 * 4 + k] = digits[three >> (18 - 6 * k) & 63];
    }
    base64[IB_HASH_BASE64 - 2] = '=';
    base64[IB_HASH_BASE64 - 1] = '\0';
}
