/* The kernels of sample.cu as nvcc compiled them, against the same text compiled for the emulator. */
#include "bind.h"
#include "ptx.h"

using std::ceil;
using std::copysign;
using std::floor;
using std::fmax;
using std::fmin;
using std::rint;
using std::sqrt;
using std::trunc;
#include "sample.cu"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

static unsigned wrong;

/* splitmix64 */
static uint64_t random_bits()
{
    static uint64_t state;
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* ---- device memory ---- */

template <class T> class buffer
{
  public:
    explicit buffer(size_t n, T start = T(-1)) : values(n, start)
    {
        emu_memory_added(values.data(), n * sizeof(T));
        emu_memory_written(values.data(), n * sizeof(T));
    }
    ~buffer()
    {
        emu_memory_removed(values.data());
    }
    buffer(const buffer &) = delete;
    buffer &operator=(const buffer &) = delete;
    T *data()
    {
        return values.data();
    }
    std::vector<T> values;
};

/* ---- running both ---- */

template <class... A> static void launch(const emu_kernel *kernel, size_t dynamic_bytes, A... args)
{
    const emu_grid grid = {{1, 1, 1}, {SAMPLE_THREADS, 1, 1}, dynamic_bytes, false};
    void *addresses[] = {&args...};
    const size_t sizes[] = {sizeof args...};
    char error[1024];
    if (kernel->n_params != sizeof...(A)) {
        printf("%s: %u parameters\n", kernel->name, kernel->n_params);
        exit(1);
    }
    for (size_t i = 0; i < sizeof...(A); i++)
        if (kernel->params[i].bytes != sizes[i]) {
            printf("%s: parameter %zu has %zu bytes, not %zu\n", kernel->name, i, kernel->params[i].bytes,
                   sizes[i]);
            wrong++;
        }
    if (!emu_run(kernel, &grid, addresses, error, sizeof error)) {
        printf("%s\n", error);
        wrong++;
    }
}

/* A kernel in both forms. */
template <auto F> struct both {
    const emu_kernel text, *translated;
    explicit both(const char *name) : text(emu_binding<F>::kernel(name)), translated(ptx::kernel_named(name))
    {
        if (translated == nullptr) {
            printf("%s was not translated\n", name);
            exit(1);
        }
    }
};

/* `tolerance` is relative; 0: the same bits. */
template <class T>
static void compare(const char *name, const std::vector<T> &got, const std::vector<T> &expected,
                    double tolerance)
{
    for (size_t i = 0; i < got.size(); i++) {
        const double a = static_cast<double>(got[i]), b = static_cast<double>(expected[i]);
        const bool same = memcmp(&got[i], &expected[i], sizeof(T)) == 0;
        if (same || std::fabs(a - b) <= tolerance * std::fabs(b))
            continue;
        printf("%s: result %zu is %.17g, expected %.17g\n", name, i, a, b);
        wrong++;
        return;
    }
}

/* ---- the kernels ---- */

static void shuffles()
{
    const both<sample_shuffles> kernel("sample_shuffles");
    buffer<int> in(SAMPLE_THREADS), got(SAMPLE_THREADS * SAMPLE_SHUFFLES), expected(got.values.size());
    buffer<double> wide(SAMPLE_THREADS), wide_got(SAMPLE_THREADS), wide_expected(SAMPLE_THREADS);
    for (size_t i = 0; i < SAMPLE_THREADS; i++) {
        in.values[i] = static_cast<int>(random_bits() >> 33);
        wide.values[i] = static_cast<double>(random_bits() >> 11);
    }
    launch(&kernel.text, 0, in.data(), expected.data(), wide.data(), wide_expected.data());
    launch(kernel.translated, 0, in.data(), got.data(), wide.data(), wide_got.data());
    compare("sample_shuffles", got.values, expected.values, 0);
    compare("sample_shuffles, doubles", wide_got.values, wide_expected.values, 0);
}

static void memory(bool from_shared)
{
    const both<sample_memory> kernel("sample_memory");
    buffer<float> first(4 * SAMPLE_THREADS), got(2 * SAMPLE_THREADS), expected(2 * SAMPLE_THREADS);
    buffer<double> second(2 * SAMPLE_THREADS);
    for (float &x : first.values)
        x = static_cast<float>(random_bits() >> 54);
    for (double &x : second.values)
        x = static_cast<double>(random_bits() >> 58); /* so small that no product is rounded */
    const sample_problem problem = {from_shared, 11, {first.data(), second.data()}, {0.5f, 2, 4}};
    launch(&kernel.text, SAMPLE_THREADS * sizeof(float), problem, expected.data());
    launch(kernel.translated, SAMPLE_THREADS * sizeof(float), problem, got.data());
    compare(from_shared ? "sample_memory, shared" : "sample_memory, global", got.values, expected.values, 0);
}

static void integers()
{
    static const long long ends[] = {0, 1, -1, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN + 1, UINT32_MAX};
    constexpr size_t n_ends = sizeof ends / sizeof *ends;
    const both<sample_integers> kernel("sample_integers");
    buffer<long long> in(2 * SAMPLE_THREADS), got(SAMPLE_THREADS * SAMPLE_INTEGERS),
        expected(got.values.size());
    buffer<unsigned char> bytes(SAMPLE_THREADS);
    buffer<short> shorts(2 * SAMPLE_THREADS, 1234), expected_shorts(2 * SAMPLE_THREADS, 1234);
    for (int round = 0; round < 4; round++) {
        for (size_t i = 0; i < 2 * SAMPLE_THREADS; i++) {
            const bool first = i < SAMPLE_THREADS;
            const size_t end = first ? i / n_ends : (i - SAMPLE_THREADS) % n_ends;
            in.values[i] =
                round == 0 ? ends[end] : static_cast<long long>(random_bits() >> (random_bits() % 64));
        }
        for (unsigned char &byte : bytes.values)
            byte = static_cast<unsigned char>(random_bits());
        launch(&kernel.text, 0, in.data(), expected.data(), bytes.data(), expected_shorts.data());
        launch(kernel.translated, 0, in.data(), got.data(), bytes.data(), shorts.data());
        compare("sample_integers", got.values, expected.values, 0);
        compare("sample_integers, shorts", shorts.values, expected_shorts.values, 0);
    }
}

template <auto F, class T> static void functions(const char *name, double tolerance)
{
    const both<F> kernel(name);
    buffer<T> in(2 * SAMPLE_THREADS), got(SAMPLE_THREADS * SAMPLE_FUNCTIONS), expected(got.values.size());
    for (T &x : in.values)
        x = static_cast<T>(static_cast<double>(random_bits() >> 11) * 0x1p-49 - 8);
    launch(&kernel.text, 0, in.data(), expected.data());
    launch(kernel.translated, 0, in.data(), got.data());
    compare(name, got.values, expected.values, tolerance);
}

int main()
{
    shuffles();
    memory(false);
    memory(true);
    integers();
    functions<sample_functions_f32, float>("sample_functions_f32", 0x1p-21);
    functions<sample_functions_f64, double>("sample_functions_f64", 0x1p-50);
    printf("%u differences\n", wrong);
    return wrong == 0 ? 0 : 1;
}
