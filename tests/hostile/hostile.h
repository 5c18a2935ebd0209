/* Implementations that do harm (README.md). */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "ironbench/impl.h"

#include <stdbool.h>

extern const struct ib_impl ib_impl_cpu_naive;

struct hostile {
    struct ib_impl impl;
    struct ib_tensor_ops ops;
    struct hostile *next;
};

void hostile_add(struct hostile *, const char *name, const char *what,
                 enum ib_status (*axpy)(void *, double, const struct ib_view *, const struct ib_view *));
/* Acts once in a process, and tells how it went. */
void hostile_once(bool (*act)(void));

#define HOSTILE(name, what)                                                                                  \
    static bool name##_act(void);                                                                            \
    static enum ib_status name##_axpy(void *state, double alpha, const struct ib_view *x,                    \
                                      const struct ib_view *y)                                               \
    {                                                                                                        \
        hostile_once(name##_act);                                                                            \
        return ib_impl_cpu_naive.ops->axpy(state, alpha, x, y);                                              \
    }                                                                                                        \
    __attribute__((constructor)) static void name##_add(void)                                                \
    {                                                                                                        \
        static struct hostile hostile;                                                                       \
        hostile_add(&hostile, "hostile_" #name, what, name##_axpy);                                          \
    }                                                                                                        \
    static bool name##_act(void)

/* "HOSTILE_RUN/file"; valid until the next call. */
const char *hostile_target(const char *file);
/* The first file of the run's arrays whose path matches "HOSTILE_RUN/ironbench-*" and this; NULL: none can be
 * found. */
const char *hostile_array(const char *pattern);
/* Whether a file can be opened; closes it. */
bool hostile_opens(const char *path, int flags);

#endif
