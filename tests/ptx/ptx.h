/* What translated kernels are made of. Registers are plain bits; instructions take and give values of types.
 */
#ifndef TESTS_PTX_PTX_H
#define TESTS_PTX_PTX_H

#include "emu.h"
#include "machine.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace ptx
{

/* ---- registers ---- */

/* What a register holds before it is written: NaN. */
template <class Bits> constexpr Bits undefined = static_cast<Bits>(-1);

/* A register's bits as a value: the lowest ones, if it has more. */
template <class T, class Bits> inline T as(Bits bits)
{
    static_assert(sizeof(T) <= sizeof(Bits));
    T value;
    memcpy(&value, &bits, sizeof value); /* little-endian, as a device */
    return value;
}

/* A value into a register; an integer is extended if the register has more bits. */
template <class T, class Bits, class Value> inline void put(Bits &bits, Value value)
{
    const T typed = static_cast<T>(value);
    if constexpr (std::is_floating_point_v<T>) {
        static_assert(sizeof(T) == sizeof(Bits));
        memcpy(&bits, &typed, sizeof bits);
    } else {
        bits = static_cast<Bits>(typed);
    }
}

inline uint64_t both_halves(uint32_t low, uint32_t high)
{
    return uint64_t{high} << 32 | low;
}

/* ---- memory (memory.cpp) ---- */

/* What a load or a store touches: one element, or two or four. */
template <class T> class elements
{
  public:
    explicit elements(void *memory) : bytes_(static_cast<unsigned char *>(memory))
    {
    }
    T operator[](size_t i) const
    {
        T value;
        memcpy(&value, bytes_ + i * sizeof value, sizeof value);
        return value;
    }
    void set(size_t i, T value)
    {
        memcpy(bytes_ + i * sizeof value, &value, sizeof value);
    }

  private:
    unsigned char *bytes_;
};

struct shared_array {
    void *memory;
    size_t bytes;
};

/* A kernel's arrays of shared memory: the address of array i is (i + 1) << array_shift. */
constexpr unsigned array_shift = 20;
constexpr size_t max_arrays = 8;
struct shared_arrays {
    shared_array array[max_arrays];
};
inline shared_array dynamic_array()
{
    return {emu_dynamic_shared(), emu_dynamic_shared_bytes()};
}

/* No address of global memory looks like the generic address of shared memory. */
constexpr uint64_t shared_window = 0x5ead000000000000;
inline uint64_t generic_of_shared(uint64_t address)
{
    return shared_window | address;
}
inline uint64_t shared_of_generic(uint64_t address)
{
    return address & ~shared_window;
}

inline uint64_t address_of(const void *argument)
{
    return reinterpret_cast<uint64_t>(argument);
}
inline void *parameter(uint64_t address)
{
    return reinterpret_cast<void *>(address);
}

/* Where the bytes at an address lie. An access that a device would not allow fails the launch, and gets bytes
 * that are of no use. Not inlined: the check for races names the line that these are called from. */
void *read_global(uint64_t address, size_t bytes, EMU_CALLER);
void *write_global(uint64_t address, size_t bytes, EMU_CALLER);
void *read_shared(const shared_arrays &, uint64_t address, size_t bytes, EMU_CALLER);
void *write_shared(const shared_arrays &, uint64_t address, size_t bytes, EMU_CALLER);
void *read_generic(const shared_arrays &, uint64_t address, size_t bytes, EMU_CALLER);
void *write_generic(const shared_arrays &, uint64_t address, size_t bytes, EMU_CALLER);

/* Fails the launch if a block has more threads than its kernel was compiled for. */
void expect_threads(unsigned most);

/* ---- integers ---- */

template <class T> inline T high_product(T a, T b)
{
    __extension__ using wide = std::conditional_t<std::is_signed_v<T>, __int128, unsigned __int128>;
    return static_cast<T>(static_cast<wide>(a) * static_cast<wide>(b) >> 8 * sizeof(T));
}

template <class T> inline T shift_left(T x, uint32_t by)
{
    return by < 8 * sizeof x ? static_cast<T>(1u * x << by) : T{0};
}

/* Of a negative number, only the sign is left by a shift that is too wide. */
template <class T> inline T shift_right(T x, uint32_t by)
{
    const uint32_t last = 8 * sizeof x - 1;
    return by <= last ? static_cast<T>(x >> by) : static_cast<T>(x >> last >> 1);
}

template <class T> inline T low_bits(uint32_t count)
{
    return count < 8 * sizeof(T) ? static_cast<T>((T{1} << count) - 1) : static_cast<T>(~T{0});
}

/* `at` and `count` are bytes. */
template <class T> inline T extract_bits(T of, uint32_t at, uint32_t count)
{
    return shift_right(of, at & 255) & low_bits<T>(count & 255);
}
template <class T> inline T insert_bits(T bits, T into, uint32_t at, uint32_t count)
{
    const T mask = shift_left(low_bits<T>(count & 255), at & 255);
    return (into & ~mask) | (shift_left(bits, at & 255) & mask);
}

/* ---- floats ---- */

/* The other one, where one is NaN; -0 is below 0. */
template <class T> inline T float_min(T a, T b)
{
    return a == b ? (std::signbit(a) ? a : b) : std::fmin(a, b);
}
template <class T> inline T float_max(T a, T b)
{
    return a == b ? (std::signbit(a) ? b : a) : std::fmax(a, b);
}
template <class T> inline T saturated(T x)
{
    return x > 0 ? (x < 1 ? x : T{1}) : T{0}; /* NaN is 0 */
}

/* How to round: to the nearest, to zero, down, up; an i says: to an integer. */
enum class rounding { rn, rz, rm, rp, rni = rn, rzi = rz, rmi = rm, rpi = rp };

/* a * b + c in one rounding, not to the nearest (arithmetic.cpp). */
float directed_fma(rounding, float a, float b, float c);
double directed_fma(rounding, double a, double b, double c);

template <class T> inline T integral(rounding how, T x)
{
    return how == rounding::rz   ? std::trunc(x)
           : how == rounding::rm ? std::floor(x)
           : how == rounding::rp ? std::ceil(x)
                                 : std::nearbyint(x);
}

/* The nearest integer that there is; NaN is 0. */
template <class Integer, class T> inline Integer to_integer(T x)
{
    using limits = std::numeric_limits<Integer>;
    constexpr T end = T(limits::max() / 2 + 1) * 2;
    if (x >= end)
        return limits::max();
    return x > T(limits::min()) ? static_cast<Integer>(x) : x < 0 ? limits::min() : Integer{0};
}

/* ---- approximations (arithmetic.cpp): PTX_ERROR says how wrong ---- */

inline float flushed(float x)
{
    return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(0.0f, x) : x;
}
float approximate_ex2(float);
float approximate_lg2(float);
float approximate_rcp(float);
float approximate_sqrt(float);
float approximate_rsqrt(float);
float approximate_div(float a, float b);
/* From the upper 32 bits of a double, and without the lower ones. */
double coarse_rcp(double);
double coarse_rsqrt(double);

/* ---- from lane to lane (memory.cpp) ---- */

struct shuffled {
    uint32_t value;
    bool inside; /* false: there is no such lane in the section; the value is the lane's own */
};
shuffled shuffle_idx(uint32_t value, uint32_t lane, uint32_t clamp, uint32_t mask, EMU_CALLER);
shuffled shuffle_up(uint32_t value, uint32_t by, uint32_t clamp, uint32_t mask, EMU_CALLER);
shuffled shuffle_down(uint32_t value, uint32_t by, uint32_t clamp, uint32_t mask, EMU_CALLER);
shuffled shuffle_bfly(uint32_t value, uint32_t bits, uint32_t clamp, uint32_t mask, EMU_CALLER);

/* ---- what a translated file holds (library.cpp) ---- */

struct kernel {
    const char *target;
    emu_kernel code;
};

class registration
{
  public:
    template <size_t N> explicit registration(const kernel (&all)[N]) : registration(all, N)
    {
    }
    const kernel *kernels;
    size_t count;
    const registration *next;

  private:
    registration(const kernel *, size_t count);
};

/* NULL: no translated kernel has this name. */
const emu_kernel *kernel_named(const char *name);

} // namespace ptx

#endif
