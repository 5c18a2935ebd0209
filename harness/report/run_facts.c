/* The facts of a run: when, where and of what it was made. */
#include "report/commit_words.h"
#include "report/format.h"
#include "report/summary.h"
#include "store/parts.h"

#include <inttypes.h>
#include <string.h>

struct facts {
    struct ib_arena *arena;
    struct ib_summary_fact *list;
    size_t n, capacity;
};

/* One without a value is left out. */
static void add(struct facts *facts, const char *label, const char *value)
{
    if (!value)
        return;
    facts->list = ib_arena_grow(facts->arena, facts->list, sizeof *facts->list, facts->n, &facts->capacity);
    facts->list[facts->n++] = (struct ib_summary_fact){label, value};
}

/* "2025-01-31, 12:00 to 12:05 UTC"; the day is repeated only if the run ended on another. */
static const char *when(struct ib_arena *arena, const struct ib_run_record *run)
{
    const char *started = run->started, *finished = run->finished;
    const int day = strlen("2025-01-31"), minute = strlen("12:00");
    const char *text = ib_arena_print(arena, "%.*s, %.*s", day, started, minute, started + day + 1);
    if (!finished)
        return ib_arena_print(arena, "%s UTC, not finished", text);
    bool same_day = strncmp(started, finished, (size_t)day) == 0;
    return ib_arena_print(arena, "%s to %.*s%s%.*s UTC", text, same_day ? 0 : day, finished,
                          same_day ? "" : ", ", minute, finished + day + 1);
}

/* ---- machines ---- */

static const char *hardware(struct ib_arena *arena, const struct ib_machine *machine)
{
    return ib_arena_print(arena, "%s, %" PRIu64 " cores, %.1f GiB", ib_or_dash(machine->cpu),
                          machine->usable_cores, (double)machine->memory_bytes / 1073741824.0);
}

static const char *os(struct ib_arena *arena, const struct ib_machine *machine)
{
    return ib_arena_print(arena, "%s, kernel %s", ib_or_dash(machine->os), ib_or_dash(machine->kernel));
}

static void add_machine(struct facts *facts, const struct ib_run_record *run)
{
    struct ib_arena *arena = facts->arena;
    const struct ib_machine *machine = &run->machine;
    add(facts, "Machine", hardware(arena, machine));
    add(facts, "System", os(arena, machine));
    add(facts, "Program",
        ib_arena_print(arena, "ironbench %s, %s", run->version, ib_or_dash(machine->compiler)));
    add(facts, "Sandbox", machine->sandbox ? machine->sandbox : "none");
    add(facts, "Flags", ib_or_dash(machine->flags));
}

/* All that is said of one machine, in a line each. */
static void add_machines(struct facts *facts, const struct ib_run_record *run)
{
    struct ib_arena *arena = facts->arena;
    for (const struct ib_run_machine *m = run->machines; m < run->machines + run->n_machines; m++) {
        const struct ib_machine *d = m->description;
        add(facts, ib_arena_print(arena, "Machine %s", m->name),
            ib_arena_print(arena, "%s; %s; %s, %s; sandbox: %s; fingerprint %s", hardware(arena, d),
                           os(arena, d), ib_or_dash(d->compiler), ib_or_dash(d->flags),
                           d->sandbox ? d->sandbox : "none", ib_or_dash(d->fingerprint)));
    }
    add(facts, "Program", ib_arena_print(arena, "ironbench %s", run->version));
}

/* ---- parts ---- */

/* "shard 2 of 4, on a1, Slurm 17_2"; NULL if nothing of it is known. */
static const char *origin_of(struct ib_arena *arena, const struct ib_run_part *part)
{
    const char *shard = part->shard.count ? ib_arena_print(arena, "shard %" PRIu64 " of %" PRIu64,
                                                           part->shard.index, part->shard.count)
                                          : NULL;
    const char *node = part->node ? ib_arena_print(arena, "on %s", part->node) : NULL;
    const char *list[] = {shard, node, part->job}, *text = NULL;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (list[i])
            text = text ? ib_arena_print(arena, "%s, %s", text, list[i]) : list[i];
    return text;
}

static void add_parts(struct facts *facts, const struct ib_run_record *run)
{
    struct ib_arena *arena = facts->arena;
    for (const struct ib_run_part *part = run->parts; part < run->parts + run->n_parts; part++) {
        const char *origin = origin_of(arena, part);
        add(facts, run->merged ? "Merged" : "Origin",
            run->merged ? ib_arena_print(arena, "%s%s%s", part->id, origin ? ": " : "", origin ? origin : "")
                        : origin);
    }
    if (run->merged)
        add(facts, "Incomplete", ib_parts_missing(arena, run));
}

const struct ib_summary_fact *ib_summary_run_facts(struct ib_arena *arena, const struct ib_run_record *run)
{
    struct facts facts = {.arena = arena};
    add(&facts, "Run", run->id);
    add(&facts, "Time", when(arena, run));
    (run->n_machines > 1 ? add_machines : add_machine)(&facts, run);
    add(&facts, "Configuration", ib_arena_print(arena, "%s, SHA-256 %.12s…", run->name, run->config_sha256));
    add(&facts, "Commit", ib_summary_commits(arena, run));
    if (run->n_machines <= 1)
        add(&facts, "Fingerprint", ib_or_dash(run->machine.fingerprint));
    add_parts(&facts, run);
    add(&facts, NULL, "");
    return facts.list;
}

const char *ib_summary_origin(struct ib_arena *arena, const struct ib_run_record *run)
{
    const struct ib_disturbance sum = ib_run_record_disturbance(run);
    return ib_arena_print(arena, "%s. %s. %s.", when(arena, run),
                          run->n_machines > 1 ? ib_arena_print(arena, "%zu machines", run->n_machines)
                                              : hardware(arena, &run->machine),
                          sum.judged
                              ? ib_arena_print(arena, "%zu of %zu samples were disturbed by other work",
                                               sum.disturbed, sum.judged)
                              : "It is unknown whether samples were disturbed");
}
