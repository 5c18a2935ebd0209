#include "run/case_limit.h"

#include "limits/team.h"
#include "machine/roofline.h"
#include "run/pin.h"

#include <math.h>

void ib_limits_use(struct ib_arena *arena, const struct ib_machine *machine, struct ib_pass_context *context)
{
    struct ib_limits *limits = ib_arena_alloc(arena, sizeof *limits);
    const bool known = ib_limits_load(arena, machine, limits, &context->no_limits) == IB_KEPT_KNOWN;
    context->limits = known ? limits : NULL;
}

/* The CPUs that a worker of the case may use. */
static uint64_t cpus_of(const struct ib_pass_context *context, const struct ib_case *c)
{
    cpu_set_t cpus;
    return ib_pin(context->measure, c, &cpus) ? (uint64_t)CPU_COUNT(&cpus) : ib_usable_threads();
}

/* Whether its operations are those that ib_work_of counts. */
static bool makes_the_steps(const struct ib_case *c)
{
    return !c->impl->info->algorithm && !(c->impl->info->flags & IB_SHORTCUT);
}

static const char *why_unknown(const struct ib_pass_context *context, const struct ib_case *c)
{
    if (!makes_the_steps(c))
        return "its operations are not those of the contract's steps, as it declares";
    if (!context->limits)
        return context->no_limits;
    return c->impl->info->command ? "an external program may compute on a device"
                                  : "nothing that binds it was measured";
}

void ib_case_limit(const struct ib_pass_context *context, const struct ib_case *c, struct ib_arena *arena,
                   struct ib_limit_record *out)
{
    struct ib_roofline least = {.rate = NAN, .least_ns = NAN};
    struct ib_work work;
    ib_work_of(&c->spec, NULL, &work);
    if (!makes_the_steps(c))
        work.flops = work.bytes = NAN;
    else if (context->limits)
        ib_roofline_of(context->limits, c, cpus_of(context, c), &least);
    *out = (struct ib_limit_record){.flops = work.flops,
                                    .bytes = work.bytes,
                                    .rate = least.rate,
                                    .least_ns = least.least_ns,
                                    .reason = isnan(least.least_ns) ? why_unknown(context, c) : NULL};
    if (least.bound) {
        out->bound = ib_word_of(ib_bound_words, (int)least.bound);
        out->by = ib_arena_copy(arena, least.by);
    }
}

void ib_case_work(const struct ib_pass_context *context, const struct ib_case *c, struct ib_profile *p)
{
    struct ib_work work;
    const double epochs = (double)p->epochs;
    bool joins[IB_OPERATION_COUNT];
    for (int op = 0; op < IB_OPERATION_COUNT; op++)
        joins[op] = ib_operations[op]->joined && p->operations[op].calls > 0;
    ib_work_of(&c->spec, joins, &work);
    work.operations[IB_OP_STEPS] = (struct ib_op_cost){work.flops, work.bytes};
    for (int op = 0; op < IB_OP_COUNT; op++) {
        if (op == IB_OP_STEPS && !makes_the_steps(c))
            continue; /* of what its own operations are, nothing is known */
        struct ib_profile_operation *o = &p->operations[op];
        const double calls = o->calls ? (double)o->calls : 1;
        const struct ib_op_cost call = {work.operations[op].flops * epochs / calls,
                                        work.operations[op].bytes * epochs / calls};
        o->flops = call.flops * calls;
        o->bytes = call.bytes * calls;
        o->least_ns =
            context->limits ? calls * ib_least_ns(context->limits, c, cpus_of(context, c), call) : NAN;
    }
}

bool ib_case_is_possible(const struct ib_pass_context *context, const struct ib_case *c, double epoch_ns,
                         struct ib_outcome *outcome)
{
    const char *by = NULL;
    char took[32], least[32];
    const uint64_t cpus = cpus_of(context, c);
    const double floor_ns = context->limits ? ib_floor_ns(context->limits, c, cpus, &by) : 0;
    if (!(epoch_ns < floor_ns))
        return true;
    return ib_outcome_set(outcome, IB_CASE_UNTRUSTED,
                          "impossible on this machine: an epoch took %s, but takes at least %s by the rate "
                          "of %s on %llu CPU%s; "
                          "an implementation with fewer operations must declare `algorithm` or IB_SHORTCUT",
                          ib_print_ns(epoch_ns, took, sizeof took),
                          ib_print_ns(floor_ns, least, sizeof least), by, (unsigned long long)cpus,
                          ib_plural(cpus));
}
