#include "run/pass_timed.h"

#include "base/error.h"
#include "base/random.h"
#include "core/loss_schedule.h"
#include "parent/worker_files.h"
#include "run/case_limit.h"
#include "run/pass.h"
#include "run/timed_answer.h"
#include "run/unseen.h"

#include <math.h>
#include <string.h>

#define CLOCKS_PART    0.02   /* differences up to this share of the time, */
#define CLOCK_STEPS_NS 2000.0 /* or up to this, are clock inaccuracy */

/* Whether the calling thread used all of the CPU time. */
static bool is_alone(const struct ib_pass_result *result)
{
    const double thread = (double)result->thread_cpu_ns, process = (double)result->process_cpu_ns;
    return process - thread <= CLOCKS_PART * process;
}

/* Another process on the same core lengthens the wall time but not the thread's CPU time; if they differ,
 * something else had the CPU. *watched: only one thread works, so that the two can be compared. Not for
 * external programs, which may also do other work between the messages. */
static bool lost_processor(const struct ib_case *c, const struct ib_pass_result *result, bool *watched)
{
    const double wall = (double)result->trained_ns, thread = (double)result->thread_cpu_ns;
    *watched = !result->external && c->residency == IB_HOST && is_alone(result);
    return *watched && wall - thread > CLOCKS_PART * wall && wall - thread > CLOCK_STEPS_NS;
}

/* A slice is disturbed by other work on the CPU, or by power or thermal limits on the device; a round, if
 * more than half of its slices are. */
static void watch(struct ib_timing *t, const struct ib_pass_result *result)
{
    struct ib_round_record *out = &t->out->round;
    bool watched, lost = lost_processor(t->c, result, &watched);
    const bool slowed = result->health_known && result->health.slowed;
    if (result->health_known)
        out->clock_mhz = result->health.clock_mhz;
    if (slowed)
        out->slowed = ib_arena_copy(t->arena, result->health.reason);
    t->disturbed += lost || slowed ? 1 : 0;
    out->disturbed = ib_truth_of(watched || result->health_known, 2 * t->disturbed > out->n_slices);
}

/* Why the energy of a slice was not measured. */
static const char *no_energy(const struct ib_timing *t, const struct ib_pass_result *result)
{
    if (result->external)
        return "the energy of external programs is not measured";
    if (!result->energy.reason[0])
        return "the worker is of a version that does not measure energy";
    return ib_arena_print(t->arena, "%s%s", result->energy.reason,
                          t->c->residency == IB_HOST && ib_workers_sandboxed() ? ", in the sandbox" : "");
}

/* With several threads in an external program, it is unknown which of them trains. */
static void add_cpu(struct ib_timing *t, const struct ib_pass_result *result)
{
    t->thread_cpu_ns += result->thread_cpu_ns;
    t->cpu_unknown |= result->external && (!is_alone(result) || result->thread_cpu_ns == 0);
}

/* Energy that is unknown of a slice is unknown of the round. */
static void add_energy(struct ib_timing *t, const struct ib_pass_result *result)
{
    const struct ib_energy *e = &result->energy;
    struct ib_energy_record *out = &t->out->round.energy;
    if (!t->context->measure->energy || out->reason)
        return;
    if (!e->source) {
        *out = (struct ib_energy_record){.joules = NAN, .reason = no_energy(t, result)};
        return;
    }
    out->source = e->source;
    out->joules = (isnan(out->joules) ? 0 : out->joules) + e->joules;
    out->ns += e->ns;
    out->stretches += e->stretches;
}

static void add_slice(struct ib_timing *t, const struct ib_pass_result *result)
{
    struct ib_round_record *out = &t->out->round;
    const double epochs = (double)t->c->epochs;
    out->repeats += result->repeats;
    if (!out->n_slices) {
        t->out->first_ns = (double)result->first_ns;
        t->out->median_ns = result->median_ns;
    }
    t->slices[out->n_slices++] = result->median_ns / epochs;
    t->trained_ns += result->trained_ns;
    add_cpu(t, result);
    add_energy(t, result);
    watch(t, result);
    out->epoch_ns = (double)t->trained_ns / (double)out->repeats / epochs;
    out->peak_bytes = result->peak_bytes; /* so far */
    out->device_peak_bytes = result->device_peak_bytes;
    out->cpu_epoch_ns = t->cpu_unknown ? NAN : (double)t->thread_cpu_ns / (double)out->repeats / epochs;
}

static void raise(uint64_t *most, uint64_t value)
{
    *most = value > *most ? value : *most;
}

/* The answer of any slice may be the slow one. */
static void add_answer(struct ib_timing *t, const struct ib_pass_result *result)
{
    struct ib_phases *phases = &t->out->round.phases;
    raise(&phases->readback_ns, result->phases.readback_ns);
    raise(&phases->predict_ns, result->phases.predict_ns);
}

/* Keeps the copies and phases of the first slice, which includes all one-time work. */
static bool keep_transfers(struct ib_timing *t, const struct ib_pass_result *result)
{
    const struct ib_case *c = t->c;
    t->out->round.phases = result->phases;
    if (result->external)
        return true; /* its copies are unknown */
    struct ib_transfer_log *transfer_log = ib_arena_alloc(t->arena, sizeof *transfer_log);
    ib_transfer_log_copy(&result->transfer_log, transfer_log);
    t->out->transfer_log = transfer_log;
    bool as_expected =
        ib_pass_copies_as_expected(c, result, ib_logged_epochs(c->epochs, c->log_every), &t->outcome);
    t->out->round.as_expected = ib_truth_of(true, as_expected);
    t->out->round.traced = ib_truth_of(t->context->traced, ib_driver_counters_given(&result->tracer));
    return as_expected && ib_pass_tracer_agrees(result, &t->outcome);
}

/* ---- one round ---- */

static bool prove_length(struct ib_timing *t, const struct ib_train_request *request,
                         const struct ib_pass_result *result)
{
    const uint64_t round = t->out->round.round; /* 0: only compared with another (run/pass_pace.h) */
    return round == 0 || !ib_is_proven_by_length(t->c, round, t->context->measure->min_rounds) ||
           ib_prove_by_length(&t->proof, request, result);
}

void ib_timing_open(const struct ib_pass_context *context, const struct ib_case *c, uint64_t round,
                    uint64_t variant, const struct ib_final *checked, struct ib_arena *arena,
                    struct ib_timing *t, struct ib_timed_pass *out)
{
    *out = (struct ib_timed_pass){.round = {.round = round,
                                            .unseen = ib_truth_of(true, variant != IB_UNSEEN_NONE),
                                            .discarded_ns = NAN,
                                            .energy.joules = NAN,
                                            .as_expected = IB_UNKNOWN,
                                            .disturbed = IB_UNKNOWN,
                                            .traced = IB_UNKNOWN,
                                            .slices = t->slices}};
    *t = (struct ib_timing){.own = *context,
                            .context = &t->own,
                            .c = c,
                            .variant = variant,
                            .checked = checked,
                            .arena = arena,
                            .out = out};
    if (c->impl->info->command && !c->impl->info->algorithm)
        t->own.mirrored = &t->mirrored;
    t->ok = ib_pass_open_variant(t->context, c, variant, context->traced, &t->job, &t->worker, &t->outcome);
    t->proof =
        (struct ib_time_proof){.context = t->context, .c = c, .worker = t->worker, .outcome = &t->outcome};
}

void ib_timing_slice(struct ib_timing *t, uint64_t min_time_ns)
{
    const bool first = t->out->round.n_slices == 0;
    struct ib_pass_result result;
    struct ib_arrays arrays;
    struct ib_train_request request = {.pass = IB_PASS_TIMED,
                                       .epochs = t->c->epochs,
                                       .log_every = t->c->log_every,
                                       .min_time_ns = min_time_ns,
                                       .warmup = first ? t->context->measure->warmup : 0,
                                       .seed = ib_random_seed(),
                                       .energy = t->context->measure->energy};
    t->ok = t->ok && ib_outcome_error(&t->outcome, ib_pass_folder(t->context, t->worker, &request.out)) &&
            ib_train_provably(&t->proof, &request, &result) &&
            ib_pass_load(&t->job, request.out, 0, t->arena, &arrays, &t->outcome);
    if (!t->ok)
        return;
    add_slice(t, &result);
    add_answer(t, &result);
    const bool right = ib_timing_verify(t, result.repeats, &arrays);
    t->out->differs = !right && t->outcome.status == IB_CASE_UNTRUSTED;
    t->ok = right && (!first || (keep_transfers(t, &result) && prove_length(t, &request, &result))) &&
            ib_case_is_possible(t->context, t->c, t->out->round.epoch_ns, &t->outcome);
}

void ib_timing_close(struct ib_timing *t)
{
    const size_t bytes = t->out->round.n_slices * sizeof *t->slices;
    if (bytes) /* the pass outlives *t */
        t->out->round.slices = memcpy(ib_arena_alloc(t->arena, bytes), t->slices, bytes);
    t->out->round.status = t->outcome.status;
    t->out->round.reason = ib_arena_copy(t->arena, t->outcome.reason);
    t->out->round.stderr_tail = t->worker ? ib_arena_copy(t->arena, ib_worker_process_output(t->worker)) : "";
    ib_mirrored_close(&t->mirrored); /* its files are the worker's */
    ib_worker_process_end(t->worker);
}

void ib_pass_timed(const struct ib_pass_context *context, const struct ib_case *c, uint64_t round,
                   uint64_t variant, const struct ib_final *checked, struct ib_arena *arena,
                   struct ib_timed_pass *out)
{
    struct ib_timing timing;
    ib_timing_open(context, c, round, variant, checked, arena, &timing, out);
    ib_timing_slice(&timing, context->measure->min_time_ns);
    ib_timing_close(&timing);
}

/* Alternates A B, B A, A B …, so that neither side always goes first. */
static void time_turn(struct ib_timing timings[2], uint64_t turn, uint64_t slice_ns)
{
    for (uint64_t k = 0; k < 2; k++)
        ib_timing_slice(&timings[(turn + k) % 2], slice_ns);
}

void ib_timings_alternate(struct ib_timing timings[2], uint64_t first, uint64_t min_time_ns)
{
    for (uint64_t turn = 0; turn < IB_MOST_SLICES && timings[0].ok && timings[1].ok &&
                            (timings[0].trained_ns < min_time_ns || timings[1].trained_ns < min_time_ns);
         turn++)
        time_turn(timings, first + turn, min_time_ns / IB_MOST_SLICES + 1);
}
