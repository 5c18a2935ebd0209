#include "report/history_json.h"

#include "base/json_number.h"
#include "base/json_text.h"
#include "report/json_values.h"
#include "report/source_json.h"

enum { HISTORY_SCHEMA = 1 };

static json_t *run_json(const struct ib_history_run *run)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "id", ib_json_text(run->id), "name", ib_json_text(run->name),
                     "started", ib_json_text(run->started), "version", ib_json_text(run->version));
}

static json_t *point_json(const struct ib_history_point *p)
{
    const struct ib_history_result *r = &p->result;
    return json_pack("{s:o, s:o, s:o, s:s, s:o, s:{s:o, s:o, s:o, s:o}, s:o, s:{s:o, s:o, s:o, s:o}}", "run",
                     run_json(p->run), "source", ib_source_to_json(p->source), "status",
                     ib_json_word(ib_case_status_words, (int)r->status), "verdict",
                     ib_word_of(ib_verdict_words, (int)r->verdict), "reason", ib_json_text(r->reason),
                     "epoch_ns", "median", ib_json_number(r->epoch_ns), "ci_low", ib_json_number(r->low_ns),
                     "ci_high", ib_json_number(r->high_ns), "n", ib_json_measured(r->rounds), "metric",
                     ib_json_number(r->metric), "copies", "h2d_count", ib_json_count(r->h2d_count),
                     "h2d_bytes", ib_json_count(r->h2d_bytes), "d2h_count", ib_json_count(r->d2h_count),
                     "d2h_bytes", ib_json_count(r->d2h_bytes));
}

static json_t *commit_json(const struct ib_history_point *p)
{
    return ib_json_text(p->source ? p->source->commit : NULL);
}

static json_t *change_json(const struct ib_history_series *s, const struct ib_trend_change *c)
{
    const struct ib_history_point *before = &s->points[c->before], *after = &s->points[c->after];
    return json_pack("{s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:{s:o, s:o, s:o}, s:o}", "of",
                     ib_trend_names[c->kind], "verdict", ib_word_of(ib_trend_verdict_words, (int)c->verdict),
                     "before", (json_int_t)c->before, "after", (json_int_t)c->after, "commit_before",
                     commit_json(before), "commit_after", commit_json(after), "old", ib_json_number(c->old),
                     "new", ib_json_number(c->new), "difference", "value", ib_json_number(c->difference),
                     "low", ib_json_number(c->low), "high", ib_json_number(c->high), "p",
                     ib_json_number(c->p));
}

static json_t *series_json(const struct ib_trend *t)
{
    const struct ib_history_series *s = t->series;
    json_t *points = json_array(), *changes = json_array();
    for (size_t i = 0; i < s->n; i++)
        json_array_append_new(points, point_json(&s->points[i]));
    for (size_t i = 0; i < t->n; i++)
        json_array_append_new(changes, change_json(s, &t->changes[i]));
    return json_pack("{s:s, s:o, s:o, s:{s:o, s:o}, s:s, s:o, s:o}", "id", s->c->id, "problem",
                     ib_json_text(s->c->problem), "name", ib_json_text(s->c->name), "machine", "fingerprint",
                     ib_json_text(s->machine->fingerprint), "cpu", ib_json_text(s->machine->description),
                     "metric", ib_metrics[ib_metric_of_task(s->c->task)]->name, "points", points, "changes",
                     changes);
}

json_t *ib_history_to_json(const struct ib_trends *trends)
{
    json_t *list = json_array();
    for (size_t i = 0; i < trends->n; i++)
        json_array_append_new(list, series_json(&trends->list[i]));
    return json_pack("{s:i, s:I, s:f, s:I, s:o}", "schema", HISTORY_SCHEMA, "runs",
                     (json_int_t)trends->history->n_runs, "alpha", trends->rules.level, "least",
                     (json_int_t)trends->rules.least, "series", list);
}
