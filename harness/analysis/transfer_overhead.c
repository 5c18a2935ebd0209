#include "analysis/transfer_overhead.h"

#include "analysis/problems.h"

#include <math.h>
#include <string.h>

/* More than one core copies, even within its caches, and more than a bus to a device moves. */
#define MOST_BYTES_PER_NS 200.0

static double epoch_bytes(const struct ib_case_record *c)
{
    const struct ib_transfer_totals *t = &c->train_transfers;
    return t->h2d_bytes < 0 || t->d2h_bytes < 0 ? NAN
                                                : (double)(t->h2d_bytes + t->d2h_bytes) / (double)c->epochs;
}

bool ib_copies_took_time(const struct ib_case_record *copying, const struct ib_case_record *resident,
                         const struct ib_paired_ratio *ratio)
{
    const double longer_ns = (ratio->high - 1) * resident->epoch_ns.median,
                 needed_ns = (epoch_bytes(copying) - epoch_bytes(resident)) / MOST_BYTES_PER_NS;
    return !(longer_ns < needed_ns); /* if either is unknown, nothing is said */
}

/* The same implementation with resident data, if verified; else NULL. */
static const struct ib_case_record *find_resident(const struct ib_problem_cases *problem,
                                                  const struct ib_case_record *c)
{
    for (size_t i = 0; i < problem->n; i++) {
        const struct ib_case_record *other = problem->cases[i];
        if (other->residency == IB_RESIDENT && strcmp(other->label, c->label) == 0 &&
            ib_case_record_counts(other))
            return other;
    }
    return NULL;
}

size_t ib_transfer_overheads(struct ib_arena *arena, const struct ib_run_record *run,
                             struct ib_transfer_overhead **out)
{
    struct ib_transfer_overhead *overheads = ib_arena_alloc(arena, (run->n + 1) * sizeof *overheads);
    const struct ib_problems problems = ib_problems_of(arena, run);
    size_t n = 0;
    for (size_t i = 0; i < run->n; i++) {
        const struct ib_case_record *c = &run->cases[i];
        const bool copies = c->residency == IB_PER_OP && ib_case_record_counts(c);
        const struct ib_case_record *resident =
            copies ? find_resident(&problems.list[problems.of[i]], c) : NULL;
        if (resident)
            overheads[n++] = (struct ib_transfer_overhead){.copying = c,
                                                           .resident = resident,
                                                           .simulated = c->simulated,
                                                           .ratio = ib_paired_ratio_of(c, resident)};
    }
    *out = overheads;
    return n;
}
