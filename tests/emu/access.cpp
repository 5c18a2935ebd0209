/* What the compiler's -fsanitize=thread calls, in place of the run time that belongs to it: that one knows nothing of
 * a device's barriers. This file itself is compiled without it. */
#ifdef EMU_RACES

#include "races.h"

#include <cstring>

using emu::races::note;

#define CODE __builtin_return_address(0)

#define ACCESS(bytes)                                                                                        \
    void __tsan_read##bytes(void *p)                                                                         \
    {                                                                                                        \
        note(p, bytes, false, false, CODE);                                                                  \
    }                                                                                                        \
    void __tsan_write##bytes(void *p)                                                                        \
    {                                                                                                        \
        note(p, bytes, true, false, CODE);                                                                   \
    }                                                                                                        \
    void __tsan_unaligned_read##bytes(void *p)                                                               \
    {                                                                                                        \
        note(p, bytes, false, false, CODE);                                                                  \
    }                                                                                                        \
    void __tsan_unaligned_write##bytes(void *p)                                                              \
    {                                                                                                        \
        note(p, bytes, true, false, CODE);                                                                   \
    }                                                                                                        \
    void __tsan_volatile_read##bytes(void *p)                                                                \
    {                                                                                                        \
        note(p, bytes, false, false, CODE);                                                                  \
    }                                                                                                        \
    void __tsan_volatile_write##bytes(void *p)                                                               \
    {                                                                                                        \
        note(p, bytes, true, false, CODE);                                                                   \
    }                                                                                                        \
    void __tsan_read_write##bytes(void *p)                                                                   \
    {                                                                                                        \
        note(p, bytes, false, false, CODE);                                                                  \
        note(p, bytes, true, false, CODE);                                                                   \
    }

extern "C" {
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

void __tsan_read_range(void *p, size_t bytes)
{
    note(p, bytes, false, false, CODE);
}

void __tsan_write_range(void *p, size_t bytes)
{
    note(p, bytes, true, false, CODE);
}

void *__tsan_memcpy(void *to, const void *from, size_t bytes)
{
    note(from, bytes, false, false, CODE);
    note(to, bytes, true, false, CODE);
    return memcpy(to, from, bytes);
}

void *__tsan_memmove(void *to, const void *from, size_t bytes)
{
    note(from, bytes, false, false, CODE);
    note(to, bytes, true, false, CODE);
    return memmove(to, from, bytes);
}

void *__tsan_memset(void *to, int value, size_t bytes)
{
    note(to, bytes, true, false, CODE);
    return memset(to, value, bytes);
}

/* Nothing to do at the start, nor at a function's. */
void __tsan_init()
{
}

void __tsan_func_entry(void *)
{
}

void __tsan_func_exit()
{
}
}

#endif
