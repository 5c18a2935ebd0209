#include "report/summary.h"

#include "report/format.h"
#include "report/repro_command.h"

#include <string.h>

enum quantity { HEADING, WORDS, NUMBER, ERROR, DURATION };

/* What is known of a case beyond its row, in the order in which it is shown. */
static const struct detail {
    const char *label, *member;
    enum quantity quantity;
} details[] = {
    {"Verdict", NULL, HEADING},
    {"reason", "reason", WORDS},
    {"what is wrong", "verify.reason", WORDS},
    {"compared with", "verify.reference", WORDS},
    {"error of the losses", "verify.loss_error", ERROR},
    {"error of the parameters", "verify.params_error", ERROR},
    {"error of the predictions", "verify.prediction_error", ERROR},
    {"first divergent epoch", "verify.first_divergent_epoch", NUMBER},
    {"Metrics", NULL, HEADING},
    {"training loss", "metrics.train_loss", NUMBER},
    {"mean squared error", "metrics.mse", NUMBER},
    {"its root", "metrics.rmse", NUMBER},
    {"mean absolute error", "metrics.mae", NUMBER},
    {"accuracy", "metrics.accuracy", NUMBER},
    {"skill", "metrics.skill", NUMBER},
    {"Time of a pass", NULL, HEADING},
    {"loading", "time.phases_ns.load", DURATION},
    {"set-up", "time.phases_ns.setup", DURATION},
    {"training", "time.phases_ns.train", DURATION},
    {"reading back", "time.phases_ns.readback", DURATION},
    {"predicting", "time.phases_ns.predict", DURATION},
    {"shortest epoch", "time.epoch_ns.min", DURATION},
    {"rounds", "time.epoch_ns.n", NUMBER},
    {"Case", NULL, HEADING},
    {"id", "id", WORDS},
    {"trains by", "path", WORDS},
    {"libraries", "libraries", WORDS},
    {"data, SHA-256", "dataset_sha256", WORDS},
};
enum { DETAIL_COUNT = sizeof details / sizeof *details };

static const char *detail_text(struct ib_arena *arena, const json_t *c, const struct detail *detail)
{
    const double number = detail->member ? ib_member_number(c, detail->member) : 0;
    switch (detail->quantity) {
    case HEADING:
        return NULL;
    case NUMBER:
        return ib_arena_print(arena, "%.8g", number);
    case ERROR:
        return ib_arena_print(arena, "%.2g", number);
    case DURATION:
        return ib_format_duration(arena, number);
    case WORDS:
        break;
    }
    return ib_member_text(c, detail->member);
}

static const struct ib_summary_fact *facts_of(struct ib_arena *arena, const json_t *c)
{
    struct ib_summary_fact *facts = ib_arena_alloc(arena, (DETAIL_COUNT + 1) * sizeof *facts);
    size_t n = 0;
    for (const struct detail *d = details; d < details + DETAIL_COUNT; d++)
        if (d->quantity == HEADING || !json_is_null(ib_member(c, d->member)))
            facts[n++] = (struct ib_summary_fact){d->label, detail_text(arena, c, d)};
    return facts;
}

static void find_samples(struct ib_arena *arena, const json_t *c, struct ib_summary_case *out)
{
    const json_t *times = ib_member(c, "time.epoch_ns.samples"),
                 *rounds = ib_member(c, "time.epoch_ns.rounds"),
                 *disturbed = ib_member(c, "time.epoch_ns.disturbed");
    out->n_samples = json_array_size(times);
    struct ib_summary_sample *samples = ib_arena_alloc(arena, out->n_samples * sizeof *samples);
    for (size_t i = 0; i < out->n_samples; i++)
        samples[i] = (struct ib_summary_sample){
            ib_arena_print(arena, "%lld. %s", json_integer_value(json_array_get(rounds, i)),
                           ib_format_duration(arena, json_number_value(json_array_get(times, i)))),
            json_is_true(json_array_get(disturbed, i))};
    out->samples = samples;
}

void ib_summary_case(struct ib_arena *arena, const struct ib_summary *summary,
                     const struct ib_summary_row *row, struct ib_summary_case *out)
{
    *out = (struct ib_summary_case){.facts = facts_of(arena, row->record),
                                    .command = ib_repro_command(arena, summary->run, row->record),
                                    .log = json_string_value(ib_member(row->record, "stderr"))};
    find_samples(arena, row->record, out);
}
