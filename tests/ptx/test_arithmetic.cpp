/* Instructions whose results differ from what C++ computes by itself, at their edges. */
#include "ptx.h"

#include <cstdio>
#include <cstdlib>

using namespace ptx;

static int failed;

#define CHECK(condition)                                                                                     \
    do                                                                                                       \
        if (!(condition)) {                                                                                  \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                                           \
            failed++;                                                                                        \
        }                                                                                                    \
    while (false)

static void shifts_and_bits()
{
    CHECK(shift_left(1u, 31) == 0x80000000u && shift_left(1u, 32) == 0 &&
          shift_left(uint64_t{1}, 63) == 1ull << 63);
    CHECK(shift_right(0x80000000u, 31) == 1 && shift_right(0x80000000u, 32) == 0);
    CHECK(shift_right(INT32_MIN, 31) == -1 && shift_right(INT32_MIN, 99) == -1 &&
          shift_right(INT32_MAX, 99) == 0);
    CHECK(shift_right(int16_t{-4}, 1) == -2 && shift_left(uint16_t{0xffff}, 8) == 0xff00);
    CHECK(extract_bits(0xabcd1234u, 8, 8) == 0x12 && extract_bits(0xabcd1234u, 0, 32) == 0xabcd1234u);
    CHECK(extract_bits(0xabcd1234u, 28, 16) == 0xa && extract_bits(0xabcd1234u, 4, 0) == 0);
    CHECK(insert_bits(0xffu, 0u, 4, 4) == 0xf0 && insert_bits(0u, ~0u, 8, 8) == 0xffff00ffu);
    CHECK(insert_bits(uint64_t{1}, uint64_t{0}, 40, 64) == 1ull << 40 && insert_bits(1u, 0u, 32, 1) == 0);
    CHECK(high_product(~0u, ~0u) == 0xfffffffeu && high_product(-1, -1) == 0 &&
          high_product(INT32_MIN, 2) == -1);
    CHECK(high_product(~0ull, 2ull) == 1 && high_product(INT64_MIN, int64_t{4}) == -2);
}

static void registers()
{
    uint32_t word = 0;
    uint64_t wide = 0;
    uint16_t half = 0;
    put<int16_t>(word, -2);
    CHECK(word == 0xfffffffeu); /* a loaded s16 is extended */
    put<uint16_t>(word, 0x1fffe);
    CHECK(word == 0xfffe);
    put<uint16_t>(half, 65535 * 65535u);
    CHECK(half == 1);
    put<double>(wide, 1.0);
    CHECK(wide == 0x3ff0000000000000 && as<double>(wide) == 1 && as<uint16_t>(uint64_t{0x12345}) == 0x2345);
    CHECK(std::isnan(as<float>(undefined<uint32_t>)) && std::isnan(as<double>(undefined<uint64_t>)));
    CHECK(both_halves(1, 2) == 0x200000001);
}

static void floats()
{
    const float nan = NAN;
    CHECK(float_min(nan, 1.0f) == 1 && float_max(1.0, static_cast<double>(NAN)) == 1 &&
          std::isnan(float_min(nan, nan)));
    CHECK(std::signbit(float_min(0.0f, -0.0f)) && std::signbit(float_min(-0.0f, 0.0f)));
    CHECK(!std::signbit(float_max(0.0, -0.0)) && !std::signbit(float_max(-0.0, 0.0)));
    CHECK(saturated(nan) == 0 && saturated(-1.0f) == 0 && saturated(0.25f) == 0.25f && saturated(1e9) == 1);
    CHECK(flushed(1e-40f) == 0 && std::signbit(flushed(-1e-40f)) && flushed(1.5e-38f) == 1.5e-38f);
}

static void conversions()
{
    CHECK(to_integer<int32_t>(3e9f) == INT32_MAX && to_integer<int32_t>(-3e9f) == INT32_MIN);
    CHECK(to_integer<uint32_t>(-1.0f) == 0 && to_integer<uint32_t>(4294967296.0) == UINT32_MAX);
    CHECK(to_integer<int64_t>(9223372036854775808.0) == INT64_MAX &&
          to_integer<uint64_t>(1.5e19) == 15000000000000000000u);
    CHECK(to_integer<int32_t>(NAN) == 0 && to_integer<uint64_t>(-INFINITY) == 0 &&
          to_integer<int32_t>(-7.0) == -7);
    CHECK(integral(rounding::rni, 2.5f) == 2 && integral(rounding::rni, 3.5f) == 4 &&
          integral(rounding::rzi, -2.5f) == -2);
    CHECK(integral(rounding::rmi, -2.5) == -3 && integral(rounding::rpi, -2.5) == -2);
}

static void roundings()
{
    const float tiny = 0x1p-60f, bit = 0x1p-23f;
    CHECK(directed_fma(rounding::rm, 1.0f, 1.0f, -tiny) == 1 - bit / 2 &&
          directed_fma(rounding::rp, 1.0f, 1.0f, -tiny) == 1);
    CHECK(directed_fma(rounding::rm, 1.0f, 1.0f, tiny) == 1 &&
          directed_fma(rounding::rp, 1.0f, 1.0f, tiny) == 1 + bit);
    CHECK(directed_fma(rounding::rz, -1.0f, 1.0f, tiny) == -1 + bit / 2 &&
          directed_fma(rounding::rz, 1.0f, 1.0f, tiny) == 1);
    CHECK(directed_fma(rounding::rp, 1.0, 1.0, 0x1p-80) == 1 + 0x1p-52);
    CHECK(1.0f + tiny == 1); /* all that follows rounds to the nearest again */
}

/* `by`: what PTX_ERROR says. */
static void approximations(int by)
{
    const float bit = 0x1p-23f;
    CHECK(approximate_ex2(3) == 8 && approximate_ex2(-149) == 0x1p-149f && approximate_ex2(200) == INFINITY);
    CHECK(approximate_ex2(0.5f) == 0x1.6a09e6p+0f + static_cast<float>(by) * bit);
    CHECK(approximate_rcp(0.75f) == 0x1.555556p+0f + static_cast<float>(by) * bit &&
          approximate_rcp(0) == INFINITY);
    CHECK(approximate_sqrt(2) == 0x1.6a09e6p+0f + static_cast<float>(by) * bit && approximate_lg2(1) == 0);
    CHECK(approximate_div(3, 2) == 1.5f + static_cast<float>(by) * bit);
    CHECK(approximate_rsqrt(0.25f) == (by < 0 ? 2 - bit : 2 + static_cast<float>(2 * by) * bit));
    CHECK(coarse_rcp(0.75) == as<double>(uint64_t{0x3ff5555500000000} + (static_cast<uint64_t>(by) << 32)));
    CHECK(coarse_rsqrt(4) == as<double>(uint64_t{0x3fe0000000000000} + (static_cast<uint64_t>(by) << 32)));
    CHECK(coarse_rcp(0) == INFINITY);
}

int main()
{
    const char *by = getenv("PTX_ERROR");
    shifts_and_bits();
    registers();
    floats();
    conversions();
    roundings();
    approximations(by == nullptr ? 0 : atoi(by));
    return failed == 0 ? 0 : 1;
}
