#include "run/answer_folder.h"

#include "parent/worker_files.h"

enum { SMALL_BYTES = 1 << 18 };

uint64_t ib_answer_bytes(const struct ib_case *c)
{
    const struct ib_training_spec *spec = &c->spec;
    return sizeof(double) * (ib_state_total(spec) + 2 * ib_network_size(&spec->net) + /* with their spread */
                             ib_training_spec_predictions(spec) + 2 * c->epochs);     /* with the curve */
}

const char *ib_answer_folder(const struct ib_workspace *work, const struct ib_case *c)
{
    const bool in_memory = work->memory && !c->impl->info->command && !ib_workers_sandboxed() &&
                           ib_answer_bytes(c) <= SMALL_BYTES;
    return in_memory ? work->memory : work->folder;
}
