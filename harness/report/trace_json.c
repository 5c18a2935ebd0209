#include "report/trace_json.h"

#include "base/json_number.h"
#include "base/json_text.h"
#include "report/json_values.h"
#include "report/transfers_json.h"

#include <string.h>

/* Tracks of a process. */
enum track { HOST = 1, DEVICE, COPIES };
static const char *const track_names[] = {[HOST] = "host", [DEVICE] = "device", [COPIES] = "copies"};

/* The process of a case, and where its events go. */
struct process {
    json_t *events;
    json_int_t id;
    const struct ib_case_record *c;
    struct ib_arena *arena;
};

static bool on_device(const struct process *p)
{
    return p->c->residency != IB_HOST;
}

/* Time stamps of the format are in microseconds. */
static json_t *microseconds(uint64_t ns)
{
    return json_real((double)ns / 1e3);
}

static void add_name(struct process *p, enum track track, const char *what, const char *name)
{
    json_array_append_new(p->events,
                          json_pack("{s:s, s:s, s:I, s:i, s:{s:o}}", "ph", "M", "name", what, "pid", p->id,
                                    "tid", (int)track, "args", "name", ib_json_text(name)));
}

/* Takes `args`, an object. */
static void add_slice(struct process *p, enum track track, const char *category, const char *name,
                      uint64_t begin_ns, uint64_t ns, json_t *args)
{
    json_array_append_new(p->events,
                          json_pack("{s:s, s:s, s:o, s:I, s:i, s:o, s:o, s:o}", "ph", "X", "cat", category,
                                    "name", ib_json_text(name), "pid", p->id, "tid", (int)track, "ts",
                                    microseconds(begin_ns), "dur", microseconds(ns), "args", args));
}

/* ---- calls ---- */

static uint64_t end_of(const struct ib_event_record *e)
{
    return e->begin_ns + e->launch_ns + e->wait_ns;
}

/* When the device was done: the wait for it also took as long as one for an idle device. */
static uint64_t done_ns(const struct process *p, const struct ib_event_record *e)
{
    const uint64_t idle = p->c->profile.sync_ns < e->wait_ns ? p->c->profile.sync_ns : e->wait_ns;
    return end_of(e) - idle;
}

static void add_wait(struct process *p, const struct ib_event_record *e, const char *of)
{
    json_t *args = json_pack("{s:s, s:o}", "op", e->op, "tensor", ib_json_text(e->tensor));
    add_slice(p, HOST, "sync", ib_arena_print(p->arena, "wait for %s", of), e->begin_ns + e->launch_ns,
              e->wait_ns, args);
}

static void add_call(struct process *p, const struct ib_event_record *e)
{
    if (!on_device(p)) {
        add_slice(p, HOST, "call", e->op, e->begin_ns, e->launch_ns + e->wait_ns, json_object());
        return;
    }
    add_slice(p, HOST, "launch", e->op, e->begin_ns, e->launch_ns, json_object());
    add_wait(p, e, e->op);
    const uint64_t done = done_ns(p, e), most = done - e->begin_ns;
    const uint64_t ns = e->compute_ns < most ? e->compute_ns : most;
    add_slice(
        p, DEVICE, "compute", e->op, done - ns, ns,
        json_pack("{s:s?, s:I}", "clock", p->c->profile.clock, "compute_ns", (json_int_t)e->compute_ns));
}

/* ---- copies ---- */

/* The bytes of one copy, as in the transfer log of the timed pass; null if it has none like it. */
static json_t *bytes_of(const struct process *p, const struct ib_event_record *e)
{
    for (size_t i = 0; i < p->c->n_copies; i++) {
        const struct ib_copy_record *copy = &p->c->copies[i];
        const bool same = strcmp(copy->phase, "train") == 0 && strcmp(copy->op, e->op) == 0 && e->tensor &&
                          strcmp(copy->tensor, e->tensor) == 0;
        const struct ib_traffic *t = &copy->traffic;
        const uint64_t count = e->kind == IB_EVENT_UPLOAD ? t->h2d_count : t->d2h_count,
                       bytes = e->kind == IB_EVENT_UPLOAD ? t->h2d_bytes : t->d2h_bytes;
        if (same && count)
            return json_integer((json_int_t)(bytes / count));
    }
    return json_null();
}

static void add_copy(struct process *p, const struct ib_event_record *e)
{
    const char *kind = ib_word_of(ib_event_words, (int)e->kind),
               *name = ib_arena_print(p->arena, "%s %s", kind, e->tensor ? e->tensor : "?");
    json_t *args =
        json_pack("{s:s, s:o, s:o}", "op", e->op, "tensor", ib_json_text(e->tensor), "bytes", bytes_of(p, e));
    add_slice(p, COPIES, kind, name, e->begin_ns, done_ns(p, e) - e->begin_ns, json_incref(args));
    add_slice(p, HOST, kind, name, e->begin_ns, e->launch_ns, args);
    if (e->kind == IB_EVENT_UPLOAD)
        add_wait(p, e, name);
}

/* ---- cases ---- */

/* Around all others: what the case is, and what its tracer counted in the checked pass. */
static void add_epoch(struct process *p)
{
    const struct ib_profile_record *profile = &p->c->profile;
    const struct ib_event_record *last = &profile->events[profile->n_events - 1];
    json_t *args =
        json_pack("{s:s, s:o, s:o, s:b, s:o}", "case", p->c->id, "status",
                  ib_json_text(ib_word_of(ib_case_status_words, (int)p->c->status)), "median_epoch_ns",
                  ib_json_number(p->c->epoch_ns.median), "complete", profile->n_events < IB_MAX_EVENTS,
                  "tracer", ib_tracer_to_json(ib_case_record_tracer(p->c)));
    add_slice(p, HOST, "epoch", "epoch", 0, end_of(last), args);
}

static void add_case(struct process *p)
{
    const struct ib_profile_record *profile = &p->c->profile;
    add_name(p, HOST, "process_name", ib_arena_print(p->arena, "%s: %s", p->c->problem, p->c->name));
    for (int track = HOST; track <= (on_device(p) ? COPIES : HOST); track++)
        add_name(p, (enum track)track, "thread_name", track_names[track]);
    add_epoch(p);
    for (size_t i = 0; i < profile->n_events; i++) {
        const struct ib_event_record *e = &profile->events[i];
        if (e->kind == IB_EVENT_CALL)
            add_call(p, e);
        else
            add_copy(p, e);
    }
}

static const char *why_none(const struct ib_case_record *c)
{
    return c->profile.reason   ? c->profile.reason
           : c->profile.epochs ? "it was recorded before there were time lines"
           : c->reason         ? c->reason
                               : "it was not profiled";
}

#define ABOUT                                                                                                \
    "One epoch of each case, trained with a wait for the device after every call and copy, so that nothing " \
    "overlaps: it takes longer than an epoch of the timed trainings (median_epoch_ns). The device's work "   \
    "lasts compute_ns and ends when the wait for it ended, less that for an idle device; when exactly it "   \
    "began is unknown. What a tracer counted in the checked pass is in the arguments of each epoch."

void ib_trace_print(FILE *to, const struct ib_run_record *run)
{
    struct ib_arena arena = {0};
    json_t *events = json_array(), *none = json_array();
    for (size_t i = 0; i < run->n; i++) {
        struct process p = {events, (json_int_t)run->cases[i].number, &run->cases[i], &arena};
        if (p.c->profile.n_events)
            add_case(&p);
        else
            json_array_append_new(
                none, json_pack("{s:s, s:o}", "case", p.c->id, "reason", ib_json_text(why_none(p.c))));
    }
    json_t *trace = json_pack("{s:s, s:{s:s, s:s, s:o, s:o}, s:o}", "displayTimeUnit", "ns", "otherData",
                              "about", ABOUT, "run", run->id, "version", ib_json_text(run->version),
                              "without_timeline", none, "traceEvents", events);
    ib_json_print(to, trace, JSON_INDENT(0) | JSON_COMPACT | JSON_REAL_PRECISION(15));
    putc('\n', to);
    json_decref(trace);
    ib_arena_free(&arena);
}
