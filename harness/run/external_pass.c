#include "run/external_pass.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "run/give_problem.h"
#include "stats/stats.h"

#include <math.h>
#include <string.h>

/* A program may report its own training time. It may be shorter than the time measured here by at most the
 * larger of these two, not counting time that either side waited for a CPU. */
#define CLAIM_PART    0.05
#define CLAIM_STEP_NS 1e6
enum { CLAIM_TRAININGS = 3 }; /* additional trainings before the claim is rejected */

/* The work after `trained` (arrays, predictions) must not depend on the number of epochs. If it takes longer
 * than this share of the training, and than this time, it is compared with a training of one epoch. */
#define AFTER_PART    0.1
#define AFTER_STEP_NS 5e6
enum { AFTER_TRIES = 4 };

/* For very short trainings, writing the arrays takes most of the time: a round ends after this multiple of
 * min_time. */
enum { PATIENCE = 20 };

/* Giving the program other problems, and comparing its answers, may take this share of its training. */
#define ASIDE_PART 0.5
enum { ASIDE_ROUNDS = 3 }; /* or this many times min_time */

struct training {
    double trained_ns; /* from sending `train` to the arrival of `trained` */
    double after_ns;   /* from then to the arrival of `done`, less the time waiting for a CPU */
    double claimed_ns; /* reported by the program; NaN: nothing */
    double waited_ns;  /* part of trained_ns that either side waited for a CPU */
    double ran_ns;     /* part of trained_ns that its first thread ran, */
    double process_ns; /* and CPU time of all its threads */
};

/* The trainings of one pass. */
struct external_pass {
    const struct ib_pass_context *context;
    struct ib_worker_process *worker;
    const struct ib_train_request *request;
    struct ib_arena arena;
    struct training *trainings; /* the timed ones */
    size_t n, n_capacity;
    double total_ns, aside_ns; /* of the timed trainings, and between them */
    uint64_t longest_ready_ns; /* from another problem to `ready` */
    struct ib_outcome *outcome;
};

/* ---- one training ---- */

static bool has_type(const json_t *message, const char *type, struct ib_outcome *outcome)
{
    const char *got = json_string_value(json_object_get(message, "type"));
    if (strcmp(type, "trained") == 0 && got && strcmp(got, "done") == 0)
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

/* 0 if the later reading failed because the worker is gone. */
static double since(uint64_t now, uint64_t then)
{
    return now > then ? (double)(now - then) : 0;
}

static bool train_epochs(struct external_pass *s, uint64_t epochs, struct training *out)
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
    ok = ok && has_type(trained, "trained", s->outcome) &&
         read_claim(trained, &out->claimed_ns, s->outcome) &&
         ib_worker_process_await(s->worker, timeout_ns, &done, s->outcome) &&
         has_type(done, "done", s->outcome);
    out->trained_ns = (double)(arrived - begin);
    out->waited_ns = since(then.waited_ns, before.waited_ns);
    /* It continues right after sending `trained`, perhaps before its clocks are read here. */
    const double ran = since(then.ran_ns, before.ran_ns), late = fmax(ran - out->trained_ns, 0);
    out->ran_ns = ran - late;
    /* What its first thread did while the clocks were read must not look like another thread's work. */
    out->process_ns = fmax(since(then.process_ns, before.process_later_ns) - late, 0);
    out->after_ns =
        since(ib_now_ns(), arrived) - since(ib_worker_process_cpu_time(s->worker).waited_ns, then.waited_ns);
    json_decref(trained);
    json_decref(done);
    return ok;
}

static bool train(struct external_pass *s, struct training *out)
{
    return train_epochs(s, s->request->epochs, out);
}

/* ---- plausibility of the time ---- */

/* The claim must cover the measured time less all waiting for a CPU, and at least the CPU time of the first
 * thread. NaN (no claim) is credible. */
static bool is_credible(const struct training *t)
{
    const double least = fmax(t->trained_ns - t->waited_ns, t->ran_ns), missing = least - t->claimed_ns;
    return !(missing > CLAIM_PART * least && missing > CLAIM_STEP_NS);
}

/* One training with a credible claim suffices, even an additional one: the arrival of a message may be
 * noticed late. */
static bool check_claim(struct external_pass *s)
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

static double least_after(const struct external_pass *s)
{
    double least = INFINITY;
    for (size_t i = 0; i < s->n; i++)
        least = fmin(least, s->trainings[i].after_ns);
    return least;
}

static double median_trained(struct external_pass *s)
{
    double *values = ib_arena_alloc(&s->arena, s->n * sizeof *values);
    for (size_t i = 0; i < s->n; i++)
        values[i] = s->trainings[i].trained_ns;
    return ib_median(values, s->n);
}

/* Another whole training and one of a single epoch, now that caches and compilers are equally warm: *with,
 * the least time after the former, and *without, the most after the latter. */
static bool compare_after(struct external_pass *s, double *with, double *without)
{
    struct training whole, one;
    if (!train_epochs(s, 1, &one) || !train(s, &whole))
        return false;
    *with = fmin(*with, whole.after_ns);
    *without = fmax(*without, one.after_ns);
    return true;
}

/* Checks that the training was finished when `trained` was sent. The time afterwards may be long for
 * legitimate reasons, but none of them depends on the number of epochs. If it is long, it is compared with
 * trainings of one epoch, of which one that takes as long suffices. */
static bool check_after(struct external_pass *s)
{
    char long_text[32], short_text[32];
    const double trained = median_trained(s), noise = fmax(AFTER_PART * trained, AFTER_STEP_NS);
    double with = least_after(s), without = 0;
    if (with <= noise)
        return true;
    for (int i = 0; i < AFTER_TRIES; i++) {
        if (!compare_after(s, &with, &without))
            return false;
        if (with - without <= noise || with <= 2 * without)
            return true;
    }
    return ib_outcome_set(s->outcome, IB_CASE_UNTRUSTED,
                          "sent `trained` before it had trained: its arrays arrived %s later, but only %s "
                          "later after a training of one epoch",
                          ib_print_ns(with, long_text, sizeof long_text),
                          ib_print_ns(without, short_text, sizeof short_text));
}

/* ---- the passes ---- */

static bool check_once(struct external_pass *s, struct ib_pass_result *out)
{
    struct training training;
    out->phases.setup_ns = ib_worker_process_age_ns(s->worker);
    if (!train(s, &training))
        return false;
    out->repeats = 1;
    out->trained_ns = out->phases.train_ns = (uint64_t)training.trained_ns;
    return true;
}

/* Gives it another mirror of the problem, and lets it train one epoch, so that it can warm up for that. */
static bool give_problem(struct external_pass *s)
{
    struct ib_mirrored_problem *m = s->context->mirrored;
    struct training unused;
    if (!ib_outcome_error(s->outcome, ib_mirrored_next(m)))
        return false;
    const uint64_t begin = ib_now_ns();
    if (!ib_pass_give(s->context, s->worker, &m->job, s->outcome))
        return false;
    const uint64_t ready_ns = ib_now_ns() - begin;
    s->longest_ready_ns = ready_ns > s->longest_ready_ns ? ready_ns : s->longest_ready_ns;
    return train_epochs(s, 1, &unused);
}

/* Notes the last training's answer and gives another problem, as far as there is time for it. */
static bool begin_next(struct external_pass *s)
{
    struct ib_mirrored_problem *m = s->context->mirrored;
    const uint64_t begin = ib_now_ns();
    if (!m || (s->aside_ns > ASIDE_PART * s->total_ns &&
               s->aside_ns > ASIDE_ROUNDS * (double)s->request->min_time_ns))
        return true;
    const bool ok =
        (s->n == 0 || ib_outcome_error(s->outcome, ib_mirrored_note(m, s->request->out))) && give_problem(s);
    if (s->n > 0) /* the first time is always */
        s->aside_ns += (double)(ib_now_ns() - begin);
    return ok;
}

static bool time_all(struct external_pass *s, struct ib_pass_result *out)
{
    struct training training;
    double waited_ns = 0;
    if (s->context->mirrored)
        s->context->mirrored->spread.trainings = 0; /* those so far may have been of another length */
    out->phases.setup_ns = ib_worker_process_age_ns(s->worker); /* its newest message is `ready` */
    const uint64_t begin = ib_now_ns();
    for (uint64_t i = 0; i < s->request->warmup; i++)
        if (!train(s, &training))
            return false;
    const uint64_t timed = ib_now_ns();
    out->outside = (struct ib_outside){.known = true,
                                       .opened_ns = out->phases.setup_ns,
                                       .warmup_ns = timed - begin,
                                       .warmup_epochs = s->request->warmup * s->request->epochs};
    out->phases.setup_ns += timed - begin;
    do {
        if (!begin_next(s) || !train(s, &training))
            return false;
        s->trainings = ib_arena_grow(&s->arena, s->trainings, sizeof *s->trainings, s->n, &s->n_capacity);
        s->trainings[s->n++] = training;
        s->total_ns += training.trained_ns;
        waited_ns += training.waited_ns;
        out->thread_cpu_ns += (uint64_t)training.ran_ns;
        out->process_cpu_ns += (uint64_t)training.process_ns;
    } while (s->total_ns < (double)s->request->min_time_ns &&
             ib_now_ns() - timed < PATIENCE * s->request->min_time_ns);
    out->repeats = s->n;
    out->trained_ns = (uint64_t)s->total_ns;
    out->waited_ns = (uint64_t)waited_ns;
    out->outside.after_ns = (uint64_t)fmax(least_after(s), 0);
    if (out->outside.opened_ns < s->longest_ready_ns)
        out->outside.opened_ns = s->longest_ready_ns;
    out->median_ns = median_trained(s);
    out->phases.train_ns = (uint64_t)out->median_ns;
    out->first_ns = (uint64_t)s->trainings[0].trained_ns;
    return check_claim(s) && check_after(s);
}

bool ib_external_train(const struct ib_pass_context *context, struct ib_worker_process *worker,
                       const struct ib_train_request *request, struct ib_pass_result *out,
                       struct ib_outcome *outcome)
{
    struct external_pass s = {.context = context, .worker = worker, .request = request, .outcome = outcome};
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
    struct external_pass s = {.context = context, .worker = worker, .request = request, .outcome = outcome};
    struct training training;
    const bool ok = train(&s, &training);
    if (!ok)
        ib_worker_process_quote(worker, outcome);
    return ok;
}
