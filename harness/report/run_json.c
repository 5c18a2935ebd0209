/* The run of a record as JSON: its parts and machines. */
#include "base/json_text.h"
#include "report/json_values.h"
#include "report/record_json.h"
#include "report/source_json.h"

static json_t *selection_json(const struct ib_run_record *run)
{
    json_t *out = run->selection ? json_array() : json_null();
    for (const char *const *s = run->selection; s && *s; s++)
        json_array_append_new(out, ib_json_text(*s));
    return out;
}

static json_t *machines_json(const struct ib_run_record *run)
{
    json_t *list = json_array();
    for (const struct ib_run_machine *m = run->machines; m < run->machines + run->n_machines; m++) {
        json_t *machine = ib_machine_to_json(m->description);
        json_object_set_new(machine, "name", ib_json_text(m->name));
        json_array_append_new(list, machine);
    }
    return list;
}

static json_t *part_json(const struct ib_run_part *part)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", ib_json_text(part->id), "started",
                     ib_json_text(part->started), "finished", ib_json_text(part->finished), "fingerprint",
                     ib_json_text(part->machine.fingerprint), "node", ib_json_text(part->node), "job",
                     ib_json_text(part->job), "shard", ib_json_measured(part->shard.index), "shards",
                     ib_json_measured(part->shard.count), "division", ib_json_text(part->division));
}

static json_t *parts_json(const struct ib_run_record *run)
{
    json_t *list = json_array();
    for (size_t i = 0; i < run->n_parts; i++)
        json_array_append_new(list, part_json(&run->parts[i]));
    return list;
}

json_t *ib_run_to_json(const struct ib_run_record *run)
{
    return json_pack("{s:s, s:o, s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "id", run->id,
                     "name", ib_json_text(run->name), "started", run->started, "finished",
                     ib_json_text(run->finished), "config_sha256", run->config_sha256, "version",
                     run->version, "machine", ib_machine_to_json(&run->machine), "reference",
                     ib_json_text(run->reference), "selection", selection_json(run), "merged", run->merged,
                     "parts", parts_json(run), "machines", machines_json(run), "sources",
                     ib_sources_to_json(run));
}
