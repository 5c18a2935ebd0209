#include "analysis/derived.h"

void ib_derive(struct ib_arena *arena, const struct ib_run_record *run, struct ib_derived *out)
{
    out->n_overheads = ib_transfer_overheads(arena, run, &out->overheads);
    out->n_crossovers = ib_crossovers(arena, run, &out->crossovers);
    out->n_speed_ups = ib_speed_ups(arena, run, &out->speed_ups);
    out->n_tunings = ib_tunings(arena, run, &out->tunings);
    out->n_loss_groups = ib_loss_groups(arena, run, &out->loss_groups);
}
