/* base/hash.c against the examples of FIPS 180-2 and against itself in pieces. */
#include "base/hash.h"
#include "base/hash_lanes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void digests_are_known(void **state)
{
    (void)state;
    const struct {
        const char *text, *hex;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    char hex[IB_HASH_HEX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ib_hash_of(cases[i].text, strlen(cases[i].text), hex);
        assert_string_equal(hex, cases[i].hex);
    }
}

static void pieces_add_up_to_the_whole(void **state)
{
    (void)state;
    enum { BYTES = 1000 };
    unsigned char data[BYTES];
    for (size_t i = 0; i < BYTES; i++)
        data[i] = (unsigned char)(i * 7);
    char whole[IB_HASH_HEX], pieces[IB_HASH_HEX];
    ib_hash_of(data, BYTES, whole);
    for (size_t piece = 1; piece <= 129; piece += 32) {
        struct ib_hash hash;
        ib_hash_begin(&hash);
        for (size_t i = 0; i < BYTES; i += piece)
            ib_hash_bytes(&hash, data + i, BYTES - i < piece ? BYTES - i : piece);
        ib_hash_bytes(&hash, NULL, 0);
        ib_hash_end(&hash, pieces);
        assert_string_equal(pieces, whole);
    }
}

static void base64_is_as_browsers_expect(void **state)
{
    (void)state;
    char base64[IB_HASH_BASE64];
    ib_hash_base64_of("", 0, base64);
    assert_string_equal(base64, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    ib_hash_base64_of("alert('Hello, world.');", 23, base64); /* https://www.w3.org/TR/CSP3/ */
    assert_string_equal(base64, "qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
}

/* Each lane is SHA-256 of every eighth block, as libmd computes it. */
static void lanes_are_hashes_of_their_blocks(void **state)
{
    (void)state;
    enum { STRIPES = 37 };
    static unsigned char data[STRIPES * IB_HASH_STRIPE];
    uint32_t states[8][IB_HASH_LANES];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i * 2654435761u >> 13);
    ib_hash_lanes(data, STRIPES, states);
    for (size_t lane = 0; lane < IB_HASH_LANES; lane++) {
        struct ib_hash hash;
        ib_hash_begin(&hash);
        for (size_t i = 0; i < STRIPES; i++)
            ib_hash_bytes(&hash, data + i * IB_HASH_STRIPE + lane * IB_HASH_BLOCK, IB_HASH_BLOCK);
        for (size_t word = 0; word < 8; word++)
            assert_int_equal(states[word][lane], hash.context.state.st32[word]);
    }
}

static void hash_large(const unsigned char *data, size_t bytes, char hex[IB_HASH_HEX])
{
    struct ib_hash hash;
    ib_hash_begin(&hash);
    ib_hash_large(&hash, data, bytes);
    ib_hash_end(&hash, hex);
}

/* Every byte counts, as does the length; up to the limit it is the plain hash. */
static void large_data_is_hashed_whole(void **state)
{
    (void)state;
    enum { BYTES = IB_HASH_LARGE + IB_HASH_STRIPE + 100 };
    unsigned char *data = calloc(BYTES + 1, 1);
    char whole[IB_HASH_HEX], other[IB_HASH_HEX];
    assert_non_null(data);
    hash_large(data, BYTES, whole);
    const size_t places[] = {0, 64, IB_HASH_STRIPE, BYTES / 2, BYTES - 100, BYTES - 1};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        data[places[i]] = 1;
        hash_large(data, BYTES, other);
        assert_string_not_equal(other, whole);
        data[places[i]] = 0;
    }
    hash_large(data, BYTES + 1, other);
    assert_string_not_equal(other, whole);
    hash_large(data, IB_HASH_LARGE, other);
    ib_hash_of(data, IB_HASH_LARGE, whole);
    assert_string_equal(other, whole);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_known), cmocka_unit_test(base64_is_as_browsers_expect),
        cmocka_unit_test(pieces_add_up_to_the_whole), cmocka_unit_test(lanes_are_hashes_of_their_blocks),
        cmocka_unit_test(large_data_is_hashed_whole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
