/* What the tests of the emulator itself share: each is a function that launches a small kernel, right or
 * wrong, and says what it found; each runs in a process of its own, as some must end in a sanitizer's report.
 */
#ifndef EMU_TEST_H
#define EMU_TEST_H

#include "bind.h"
#include "emu.h"

#include <cstring>
#include <string>
#include <vector>

struct test {
    const char *name;
    std::string (*run)();  /* "" where all is as it should be */
    const char *dies_with; /* the process must end with this text on stderr; NULL: it must not end so */
};

extern const std::vector<test> barrier_tests, warp_tests, memory_tests, grid_tests, race_tests;

/* The error of the latest launch. */
extern char test_error[1024];

/* launch<kernel>(grid, arguments...): false when the emulator reports an error. */
template <auto F> struct test_launcher;
template <class... P, void (*F)(P...)> struct test_launcher<F> {
    static bool run(const emu_grid &grid, P... arguments)
    {
        void *pointers[] = {&arguments..., nullptr};
        const emu_kernel kernel = emu_binding<F>::kernel("kernel");
        return emu_run(&kernel, &grid, pointers, test_error, sizeof test_error);
    }
};
template <auto F, class... A> bool launch(const emu_grid &grid, A... arguments)
{
    return test_launcher<F>::run(grid, arguments...);
}

static inline emu_grid line(uint32_t blocks, uint32_t threads)
{
    return {{blocks, 1, 1}, {threads, 1, 1}, 0, false};
}

/* Device memory that the host has filled. */
template <class T> class buffer
{
  public:
    explicit buffer(size_t n, T value = T{}) : memory_(new T[n]), n_(n)
    {
        emu_memory_added(memory_, n * sizeof(T));
        for (size_t i = 0; i < n; i++)
            memory_[i] = value;
        emu_memory_written(memory_, n * sizeof(T));
    }
    ~buffer()
    {
        emu_memory_removed(memory_);
        delete[] memory_;
    }
    buffer(const buffer &) = delete;
    buffer &operator=(const buffer &) = delete;
    T *data()
    {
        return memory_;
    }
    const T &operator[](size_t i) const
    {
        return memory_[i];
    }

  private:
    T *memory_;
    size_t n_;
};

/* ---- verdicts ---- */

/* The launch must have succeeded. */
static inline std::string right(bool ok)
{
    return ok ? "" : std::string("reported as wrong: ") + test_error;
}

/* The launch must have failed, with these words among its error's. */
static inline std::string wrong_with(bool ok, const std::string &words)
{
    if (ok)
        return "not noticed";
    return strstr(test_error, words.c_str()) != nullptr
               ? ""
               : "expected \"" + words + "\", got \"" + test_error + "\"";
}

static inline std::string expect(bool condition, const char *otherwise)
{
    return condition ? "" : otherwise;
}

#endif
