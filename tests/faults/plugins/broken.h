/* Base of broken plugins: cpu_naive under another name, changed in one way. */
#ifndef BROKEN_H
#define BROKEN_H

#include "ironbench/impl.h"

#include <signal.h>
#include <stdlib.h>

extern const struct ib_impl ib_impl_cpu_naive, ib_impl_fakedev;

#define BROKEN_PLUGIN(its_name, change)                                                                      \
    const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)                         \
    {                                                                                                        \
        static struct ib_impl impl;                                                                          \
        static const struct ib_impl *const all[] = {&impl};                                                  \
        (void)host_abi_major;                                                                                \
        impl = ib_impl_cpu_naive;                                                                            \
        impl.name = its_name;                                                                                \
        change(&impl);                                                                                       \
        *count = 1;                                                                                          \
        return all;                                                                                          \
    }

/* By the default action, as a sanitizer would turn the signal into an exit status. */
static inline void crash(void)
{
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

#endif
