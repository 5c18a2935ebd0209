#include "run/external_pass.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "stats/stats.h"

#include <math.h>
#include <string.h>

/* A program may say itself how long it trained. That must not be less than what was seen from here by more
 * than both of these, beside the time that either side waited for a processor. */
#define CLAIM_PART    0.05
#define CLAIM_STEP_NS 1e6
enum { CLAIM_TRAININGS = 3 }; /* more than those that are timed, before it is said to lie */

/* What comes after `trained` (arrays, predictions) may not depend on how many epochs were trained. Where it
 * takes longer than this part of the training, and this long, a training of one epoch tells. */
#define AFTER_PART    0.1
#define AFTER_STEP_NS 5e6

/* Where next to nothing is trained, writing the arrays takes most of the time: a round ends once this many
 * times min_time have passed. */
enum { PATIENCE = 20 };

struct training {
    double trained_ns; /* from sending `train` to the arrival of `trained` */
    double after_ns;   /* from then to the arrival of `done`, less what was waited for a processor */
    double claimed_ns; /* NaN: it claims nothing */
    double waited_ns;  /* of trained_ns: for a processor, by either side */
    double ran_ns;     /* of trained_ns: on a processor, by its first thread, */
    double process_ns; /* and by all threads together */
};

/* How the trainings of one pass are asked for and what they took. */
struct sitting {
    const struct ib_pass_context *context;
    struct ib_worker_process *worker;
    const struct ib_train_request *request;
    struct ib_arena arena;
    struct training *trainings; /* those that are timed */
    size_t n, n_capacity;
    struct ib_outcome *outcome;
};

/* ---- one training ---- */

static bool is_said(const json_t *message, const char *type, struct ib_outcome *outcome)
{
    const char *said = json_string_value(json_object_get(message, "type"));
    if (strcmp(type, "trained") == 0 && said && strcmp(said, "done") == 0)
        return ib_outcome_set(outcome, IB_CASE_FAILED, "sent `done` before `trained`");
    return ib_worker_process_said(message, type, outcome);
}

static bool read_claim(const json_t *message, double *claimed_ns, struct ib_outcome *outcome)
{
    const json_t *claim = json_object_get(message, "trained_ns");
    *claimed_ns = json_is_number(claim) ? json_number_value(claim) : NAN;
    if (!claim || json_is_null(claim) || *claimed_ns >= 0)
        return true;
    return ib_outcome_set(outcome, IB_CASE_FAILED,
                          "`trained_ns` must be a non-negative number of nanoseconds");
}

/* 0 also where the later count failed, as the worker is gone. */
static double since(uint64_t now, uint64_t then)
{
    return now > then ? (double)(now - then) : 0;
}

static bool train_epochs(struct sitting *s, uint64_t epochs, struct training *out)
{
    struct ib_train_request request = *s->request;
    const uint64_t timeout_ns = s->context->measure->timeout_ns;
    json_t *trained = NULL, *done = NULL;
    request.epochs = epochs;
    json_t *message = ib_train_request_to_json(&request);
    const struct ib_proc_cpu_time before = ib_worker_process_cpu_time(s->worker);
    const uint64_t begin = ib_now_ns();
    bool ok = ib_worker_process_ask(s->worker, message, timeout_ns, &trained, s->outcome);
    const uint64_t arrived = ib_now_ns();
    const struct ib_proc_cpu_time then = ib_worker_process_cpu_time(s->worker);
    ok = ok && is_said(trained, "trained", s->outcome) && read_claim(trained, &out->claimed_ns, s->outcome) &&
         ib_worker_process_await(s->worker, timeout_ns, &done, s->outcome) &&
         is_said(done, "done", s->outcome);
    out->trained_ns = (double)(arrived - begin);
    out->waited_ns = since(then.waited_ns, before.waited_ns);
    /* It goes on as soon as it has said `trained`, perhaps before its clocks are read here. */
    const double ran = since(then.ran_ns, before.ran_ns), late = fmax(ran - out->trained_ns, 0);
    out->ran_ns = ran - late;
    out->process_ns = fmax(since(then.process_ns, before.process_ns) - late, 0);
    out->after_ns =
        since(ib_now_ns(), arrived) - since(ib_worker_process_cpu_time(s->worker).waited_ns, then.waited_ns);
    json_decref(trained);
    json_decref(done);
    return ok;
}

static bool train(struct sitting *s, struct training *out)
{
    return train_epochs(s, s->request->epochs, out);
}

/* ---- is the time to be believed? ---- */

/* What it claims must account for what was seen, less all waiting for a processor, and be no less than the
 * time that it had one. NaN, where nothing is claimed, is credible. */
static bool is_credible(const struct training *t)
{
    const double least = fmax(t->trained_ns - t->waited_ns, t->ran_ns), missing = least - t->claimed_ns;
    return !(missing > CLAIM_PART * least && missing > CLAIM_STEP_NS);
}

/* One training whose claim fits is enough, also one that is done only for this: a message may lie for a while
 * before somebody reads it. */
static bool believes_claim(struct sitting *s)
{
    char claimed_text[32], seen_text[32];
    struct training t = {0};
    for (size_t i = 0; i < s->n + CLAIM_TRAININGS; i++) {
        if (i < s->n)
            t = s->trainings[i];
        else if (!train(s, &t))
            return false;
        if (is_credible(&t))
            return true;
    }
    return ib_outcome_set(s->outcome, IB_CASE_UNTRUSTED,
                          "claims to have trained in %s, but %s passed from `train` to `trained`",
                          ib_print_ns(t.claimed_ns, claimed_text, sizeof claimed_text),
                          ib_print_ns(t.trained_ns, seen_text, sizeof seen_text));
}

static double least_after(const struct sitting *s)
{
    double least = INFINITY;
    for (size_t i = 0; i < s->n; i++)
        least = fmin(least, s->trainings[i].after_ns);
    return least;
}

static double median_trained(struct sitting *s)
{
    double *values = ib_arena_alloc(&s->arena, s->n * sizeof *values);
    for (size_t i = 0; i < s->n; i++)
        values[i] = s->trainings[i].trained_ns;
    return ib_median(values, s->n);
}

/* Had it trained when it said so? The time after `trained` may be long for many honest reasons, none of which
 * knows the number of epochs. So where it is long, a training of one epoch is asked for, and another whole
 * one, which now finds caches and compilers as warm. */
static bool had_trained(struct sitting *s)
{
    char long_text[32], short_text[32];
    struct training whole, first, second;
    const double trained = median_trained(s), after = least_after(s);
    if (after <= fmax(AFTER_PART * trained, AFTER_STEP_NS))
        return true;
    if (!train_epochs(s, 1, &first) || !train_epochs(s, 1, &second) || !train(s, &whole))
        return false;
    const double with = fmin(after, whole.after_ns), without = fmax(first.after_ns, second.after_ns);
    if (with - without <= fmax(AFTER_PART * trained, AFTER_STEP_NS) || with <= 2 * without)
        return true;
    return ib_outcome_set(s->outcome, IB_CASE_UNTRUSTED,
                          "sent `trained` before it had trained: its arrays arrived %s later, but only %s "
                          "later after a training of one epoch",
                          ib_print_ns(with, long_text, sizeof long_text),
                          ib_print_ns(without, short_text, sizeof short_text));
}

/* ---- the passes ---- */

static bool check_once(struct sitting *s, struct ib_pass_result *out)
{
    struct training training;
    out->phases.setup_ns = ib_worker_process_age_ns(s->worker);
    if (!train(s, &training))
        return false;
    out->repeats = 1;
    out->trained_ns = out->phases.train_ns = (uint64_t)training.trained_ns;
    return true;
}

static bool time_all(struct sitting *s, struct ib_pass_result *out)
{
    struct training training;
    double total_ns = 0;
    out->phases.setup_ns =
        ib_worker_process_age_ns(s->worker); /* its newest message is `ready`, where it matters */
    const uint64_t begin = ib_now_ns();
    for (uint64_t i = 0; i < s->request->warmup; i++)
        if (!train(s, &training))
            return false;
    const uint64_t timed = ib_now_ns();
    out->phases.setup_ns += timed - begin;
    do {
        if (!train(s, &training))
            return false;
        s->trainings = ib_arena_grow(&s->arena, s->trainings, sizeof *s->trainings, s->n, &s->n_capacity);
        s->trainings[s->n++] = training;
        total_ns += training.trained_ns;
        out->thread_cpu_ns += (uint64_t)training.ran_ns;
        out->process_cpu_ns += (uint64_t)training.process_ns;
    } while (total_ns < (double)s->request->min_time_ns &&
             ib_now_ns() - timed < PATIENCE * s->request->min_time_ns);
    out->repeats = s->n;
    out->trained_ns = (uint64_t)total_ns;
    out->median_ns = median_trained(s);
    out->phases.train_ns = (uint64_t)out->median_ns;
    return believes_claim(s) && had_trained(s);
}

bool ib_external_train(const struct ib_pass_context *context, struct ib_worker_process *worker,
                       const struct ib_train_request *request, struct ib_pass_result *out,
                       struct ib_outcome *outcome)
{
    struct sitting s = {.context = context, .worker = worker, .request = request, .outcome = outcome};
    memset(out, 0, sizeof *out);
    out->external = true;
    bool ok = request->pass == IB_PASS_CHECKED ? check_once(&s, out) : time_all(&s, out);
    if (!ok)
        ib_worker_process_quote(worker, outcome);
    ib_arena_free(&s.arena);
    return ok;
}

bool ib_external_try(const struct ib_pass_context *context, struct ib_worker_process *worker,
                     const struct ib_train_request *request, struct ib_outcome *outcome)
{
    struct sitting s = {.context = context, .worker = worker, .request = request, .outcome = outcome};
    struct training training;
    const bool ok = train(&s, &training);
    if (!ok)
        ib_worker_process_quote(worker, outcome);
    return ok;
}
