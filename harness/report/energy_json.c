#include "report/energy_json.h"

#include "base/json_number.h"
#include "base/json_text.h"
#include "report/json_values.h"

json_t *ib_energy_to_json(const struct ib_case_record *c, const struct ib_loss_entry *entry)
{
    const struct ib_energy_summary *e = &c->energy;
    const struct ib_energy_to_loss to_loss = ib_energy_to_loss(c, entry);
    if (!e->wanted)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:I, s:o, s:o, s:o}", "epoch_j", ib_json_number(e->epoch_j),
                     "to_99_percent_j", ib_json_number(to_loss.joules), "source",
                     ib_json_word(ib_energy_source_words, (int)e->source), "rounds", (json_int_t)e->rounds,
                     "measured_s", ib_json_number(e->measured_ns / 1e9), "reason", ib_json_text(e->reason),
                     "to_99_percent_reason", ib_json_text(to_loss.reason));
}
