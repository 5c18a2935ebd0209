/* A kernel's function as the machine calls it. */
#ifndef EMU_BIND_H
#define EMU_BIND_H

#include "machine.h"

#include <type_traits>
#include <utility>

#define EMU_UNCHECKED __attribute__((no_sanitize("thread")))

template <auto F> struct emu_binding;

template <class... P, void (*F)(P...)> struct emu_binding<F> {
    /* One more than there are, as C++ has no arrays of nothing. */
    static constexpr emu_param params[] = {{sizeof(P), std::is_pointer_v<P>}..., {0, false}};

    /* Arguments are not device memory. */
    template <size_t... I> EMU_UNCHECKED static void call(void *const *args, std::index_sequence<I...>)
    {
        F(*static_cast<P *>(args[I])...);
    }

    static void run(void *const *args)
    {
        call(args, std::index_sequence_for<P...>{});
    }

    static constexpr emu_kernel kernel(const char *name)
    {
        return {name, sizeof...(P), params, run};
    }
};

#endif
