/* Arithmetic that a host's compiler does not do by itself. Compiled with -frounding-math. */
#include "ptx.h"

#include <cfenv>
#include <cstdio>
#include <cstdlib>

namespace ptx
{

/* ---- roundings ---- */

/* volatile: neither computed ahead of the change of rounding, nor after it. */
template <class T> static T rounded_fma(rounding how, T a, T b, T c)
{
    const int before = fegetround();
    const volatile T x = a, y = b, z = c;
    fesetround(how == rounding::rz ? FE_TOWARDZERO : how == rounding::rm ? FE_DOWNWARD : FE_UPWARD);
    const volatile T result = std::fma(x, y, z);
    fesetround(before);
    return result;
}

float directed_fma(rounding how, float a, float b, float c)
{
    return rounded_fma(how, a, b, c);
}

double directed_fma(rounding how, double a, double b, double c)
{
    return rounded_fma(how, a, b, c);
}

/* ---- approximations ---- */

/* The last bit of every approximation is moved up or down by PTX_ERROR. A power of two with an integral
 * exponent stays exact, as CUDA's tanh of doubles needs it (README.md), unless PTX_ERROR_AT_INTEGERS is set.
 */
static float moved(float x)
{
    static const int by = getenv("PTX_ERROR") == nullptr ? 0 : atoi(getenv("PTX_ERROR"));
    if (!std::isfinite(x) || x == 0)
        return x;
    for (int i = 0; i < std::abs(by); i++)
        x = std::nextafter(x, by > 0 ? HUGE_VALF : -HUGE_VALF);
    return x;
}

float approximate_ex2(float x)
{
    static const bool at_integers = getenv("PTX_ERROR_AT_INTEGERS") != nullptr;
    const float power = static_cast<float>(std::exp2(static_cast<double>(x)));
    return x == std::nearbyint(x) && !at_integers ? power : moved(power);
}

float approximate_lg2(float x)
{
    return moved(static_cast<float>(std::log2(static_cast<double>(x))));
}

float approximate_rcp(float x)
{
    return moved(1 / x);
}

float approximate_sqrt(float x)
{
    return moved(std::sqrt(x));
}

float approximate_rsqrt(float x)
{
    return moved(static_cast<float>(1 / std::sqrt(static_cast<double>(x))));
}

float approximate_div(float a, float b)
{
    return moved(a / b);
}

/* 20 bits of fraction, the last of which is moved as above. */
static double coarse(double x)
{
    static const int by = getenv("PTX_ERROR") == nullptr ? 0 : atoi(getenv("PTX_ERROR"));
    uint64_t bits = as<uint64_t>(x) & 0xffffffff00000000;
    if (std::isfinite(x) && x != 0)
        bits += static_cast<uint64_t>(static_cast<int64_t>(by)) << 32;
    return as<double>(bits);
}

double coarse_rcp(double x)
{
    return coarse(1 / as<double>(as<uint64_t>(x) & 0xffffffff00000000));
}

double coarse_rsqrt(double x)
{
    return coarse(1 / std::sqrt(as<double>(as<uint64_t>(x) & 0xffffffff00000000)));
}

} // namespace ptx
