#include "run/machine_fit.h"

#include "machine/container.h"
#include "run/pin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct misfits {
    struct ib_arena *arena;
    const char **list;
    size_t n, capacity;
};

static void add(struct misfits *m, const char *sentence)
{
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->list[i], sentence) == 0)
            return;
    m->list = ib_arena_grow(m->arena, m->list, sizeof *m->list, m->n, &m->capacity);
    m->list[m->n++] = sentence;
}

/* `threads` are those of the setting that `source` and `label` name. */
static void compare(struct misfits *m, const char *source, const char *label, const char *threads,
                    uint64_t cpus)
{
    uint64_t n;
    if (ib_parse_u64(threads, &n) && n > cpus)
        add(m, ib_arena_print(m->arena,
                              "%s%s: %" PRIu64 " threads, but only %" PRIu64
                              " CPU%s: they wait for each other, and trainings may take many times as long",
                              source, label, n, cpus, ib_plural(cpus)));
}

static void compare_options(struct misfits *m, const struct ib_matrix *matrix, uint64_t cpus)
{
    for (size_t i = 0; i < matrix->n; i++) {
        const struct ib_configured_impl *impl = matrix->cases[i].impl;
        for (size_t s = 0; impl->info->available && s < impl->n_settings; s++)
            if (strcmp(impl->settings[s].name, "threads") == 0)
                compare(m, impl->label, "", impl->settings[s].value, cpus);
    }
}

/* Libraries that implementations may use read these. */
static void compare_environment(struct misfits *m, uint64_t cpus)
{
    static const char *const names[] = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value)
            compare(m, names[i], " in the environment", value, cpus);
    }
}

const char *const *ib_machine_misfits(const struct ib_measure *measure, const struct ib_matrix *matrix,
                                      struct ib_arena *arena)
{
    struct misfits m = {.arena = arena};
    uint64_t cpus = ib_usable_cpus();
    if (measure->pin == IB_PIN_CPUS && measure->n_cpus < cpus)
        cpus = measure->n_cpus;
    compare_options(&m, matrix, cpus);
    compare_environment(&m, cpus);
    if (measure->pin != IB_PIN_NONE && ib_pin_refused())
        add(&m, "measure.pin: this system refuses to bind processes to CPUs, so they run on any");
    m.list = ib_arena_grow(arena, m.list, sizeof *m.list, m.n, &m.capacity);
    m.list[m.n] = NULL;
    return m.list;
}
