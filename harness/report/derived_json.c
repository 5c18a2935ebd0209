#include "report/derived_json.h"

#include "base/json_number.h"
#include "base/json_text.h"

json_t *ib_breakdown_to_json(const struct ib_case_record *c)
{
    return isnan(c->breakdown_ns[0])
               ? json_null()
               : ib_json_numbers(ib_time_part_names, c->breakdown_ns, IB_TIME_PART_COUNT);
}

static json_t *paired(const struct ib_paired_ratio *ratio)
{
    return json_pack("{s:o, s:o, s:o, s:I}", "median", ib_json_number(ratio->median), "low",
                     ib_json_number(ratio->low), "high", ib_json_number(ratio->high), "n",
                     (json_int_t)ratio->n);
}

static json_t *overhead_side(const struct ib_case_record *c)
{
    return json_pack("{s:s, s:o, s:o}", "case", c->id, "epoch_ns", ib_json_number(c->epoch_ns.median),
                     "breakdown_ns", ib_breakdown_to_json(c));
}

json_t *ib_transfer_overheads_to_json(const struct ib_derived *derived)
{
    json_t *list = json_array();
    for (size_t i = 0; i < derived->n_overheads; i++) {
        const struct ib_transfer_overhead *o = &derived->overheads[i];
        const struct ib_case_record *c = o->copying;
        json_array_append_new(
            list,
            json_pack("{s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o}", "problem", ib_json_text(c->problem),
                      "model", ib_json_text(c->axis[IB_AXIS_MODEL]), "dataset",
                      ib_json_text(c->axis[IB_AXIS_DATASET]), "label", ib_json_text(c->label), "simulated",
                      o->simulated, "copies_took_time",
                      ib_copies_took_time(o->copying, o->resident, &o->ratio), "ratio", paired(&o->ratio),
                      "per_op", overhead_side(c), "resident", overhead_side(o->resident)));
    }
    return list;
}

json_t *ib_speed_up_to_json(const struct ib_speed_up *s)
{
    return json_pack("{s:s, s:s, s:o}", "case", s->record->id, "baseline", s->baseline->id, "ratio",
                     paired(&s->ratio));
}

static json_t *crossover_size(const struct ib_crossover_size *size)
{
    return json_pack("{s:I, s:o, s:s, s:s, s:o, s:o, s:o, s:o}", "rows", (json_int_t)size->rows, "dataset",
                     ib_json_text(size->device->axis[IB_AXIS_DATASET]), "device", size->device->id, "host",
                     size->host->id, "host_name", ib_json_text(size->host->name), "device_ns",
                     ib_json_number(size->device_ns), "host_ns", ib_json_number(size->host_ns), "ratio",
                     paired(&size->ratio));
}

/* The number of rows, or on which side of the measured sizes it is. */
static json_t *crossing(double rows)
{
    const char *where = isnan(rows) ? NULL : rows == 0 ? "below" : isinf(rows) ? "beyond" : "between";
    return json_pack("{s:s?, s:o}", "where", where, "rows", rows > 0 ? ib_json_number(rows) : json_null());
}

json_t *ib_crossovers_to_json(const struct ib_derived *derived)
{
    json_t *list = json_array();
    for (size_t i = 0; i < derived->n_crossovers; i++) {
        const struct ib_crossover *line = &derived->crossovers[i];
        const struct ib_case_record *device = line->sizes[0].device;
        json_t *sizes = json_array();
        for (size_t s = 0; s < line->n; s++)
            json_array_append_new(sizes, crossover_size(&line->sizes[s]));
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:s, s:I, s:o, s:s, s:s, s:o, s:o, s:o, s:I, s:o}", "title",
                            ib_json_text(line->title), "model", ib_json_text(device->axis[IB_AXIS_MODEL]),
                            "task", ib_word_of(ib_task_words, (int)device->task), "cols",
                            (json_int_t)device->cols, "label", ib_json_text(device->label), "residency",
                            ib_word_of(ib_residency_words, (int)device->residency), "kind",
                            ib_crossover_words[line->kind], "at", crossing(line->rows), "low",
                            crossing(line->low), "high", crossing(line->high), "crossings",
                            (json_int_t)line->n_crossings, "sizes", sizes));
    }
    return list;
}

json_t *ib_times_to_loss_to_json(const struct ib_loss_group *group, const struct ib_loss_entry *entry)
{
    json_t *list = json_array();
    for (int t = 0; t < IB_LOSS_TARGET_COUNT && entry; t++) {
        const struct ib_time_to *at = &entry->at[t];
        json_array_append_new(list,
                              json_pack("{s:f, s:f, s:o, s:o, s:o, s:o, s:s?, s:o}", "share",
                                        ib_loss_target_shares[t], "loss", group->targets.loss[t], "epoch",
                                        ib_json_number(at->epoch), "seconds", ib_json_number(at->seconds),
                                        "low", ib_json_number(at->low), "high", ib_json_number(at->high),
                                        "by", at->by ? ib_word_of(ib_time_by_words, (int)at->by) : NULL,
                                        "reason", ib_json_text(at->reason)));
    }
    return list;
}
