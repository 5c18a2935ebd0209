#include "report/chart_series.h"

#include "report/labels.h"

#include <string.h>

/* Whether two names begin with the same implementation, whatever its options. */
static bool same_impl(const char *a, const char *b)
{
    const size_t length = strcspn(a, " ");
    return strcspn(b, " ") == length && strncmp(a, b, length) == 0;
}

bool ib_series_show_impls(const struct ib_looks *looks, const char *const *names, size_t n)
{
    size_t n_known = 0, n_same = 0;
    for (size_t i = 0; i < n; i++) {
        n_known += ib_look_of(looks, names[i]) != NULL;
        n_same += same_impl(names[0], names[i]);
    }
    return n_known && (n == 1 || n_same < n);
}

/* The n-th line of an implementation has the n-th variant of its look. */
static struct ib_look look_of(const struct ib_looks *looks, const char *const *names, size_t i)
{
    const struct ib_named_look *found = ib_look_of(looks, names[i]);
    size_t before = 0;
    for (size_t k = 0; k < i && found; k++)
        before += ib_look_of(looks, names[k]) == found;
    return found ? ib_look_variant(found->look, before) : ib_look_of_line(i);
}

const char *ib_chart_series(struct ib_arena *arena, const struct ib_looks *looks, const char *const *names,
                            size_t n, size_t max, bool impls, struct ib_chart_series *out)
{
    const char **labels = ib_arena_alloc(arena, (n + 1) * sizeof *labels);
    memcpy(labels, names, n * sizeof *labels);
    const char *common = ib_labels_strip(arena, labels, n);
    ib_labels_fit(arena, labels, n, max);
    for (size_t i = 0; i < n; i++)
        out[i] = (struct ib_chart_series){labels[i], impls ? look_of(looks, names, i) : ib_look_of_line(i)};
    return common;
}
