/* The machines of a run, and their names. */
#include "store/run_record.h"

#include <string.h>

enum { SHORT_FINGERPRINT = 8 };

const struct ib_machine *ib_machine_of(const struct ib_run_record *run, const struct ib_case_record *c)
{
    return c->part >= 1 && c->part <= run->n_parts ? &run->parts[c->part - 1].machine : &run->machine;
}

static const char *fingerprint_of(const struct ib_machine *machine)
{
    return machine->fingerprint ? machine->fingerprint : "";
}

static bool same_machine(const struct ib_machine *a, const struct ib_machine *b)
{
    return strcmp(fingerprint_of(a), fingerprint_of(b)) == 0;
}

/* ---- nodes ---- */

/* The names of nodes, each once. */
struct nodes {
    const char **list;
    size_t n, capacity;
};

static void add_node(struct ib_arena *arena, struct nodes *nodes, const char *node)
{
    for (size_t i = 0; i < nodes->n; i++)
        if (strcmp(nodes->list[i], node) == 0)
            return;
    nodes->list = ib_arena_grow(arena, nodes->list, sizeof *nodes->list, nodes->n, &nodes->capacity);
    nodes->list[nodes->n++] = node;
}

/* Splits "a1, a2". Names become words of a selection and of titles: other characters do not remain. */
static void add_nodes(struct ib_arena *arena, struct nodes *nodes, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    while (*(text += strspn(text, ", "))) {
        const size_t length = strcspn(text, ",");
        char *node = ib_arena_print(arena, "%.*s", (int)length, text);
        for (char *at = node; *(at += strspn(at, plain)); at++)
            *at = '-';
        add_node(arena, nodes, node);
        text += length;
    }
}

static struct nodes nodes_of(struct ib_arena *arena, const struct ib_run_record *run,
                             const struct ib_machine *machine)
{
    struct nodes nodes = {0};
    for (size_t i = 0; i < run->n_parts; i++)
        if (run->parts[i].node && same_machine(&run->parts[i].machine, machine))
            add_nodes(arena, &nodes, run->parts[i].node);
    return nodes;
}

/* ---- names ---- */

static const char *name_of(struct ib_arena *arena, const struct ib_run_record *run,
                           const struct ib_machine *machine)
{
    const struct nodes nodes = nodes_of(arena, run, machine);
    const char *first = nodes.n ? nodes.list[0] : NULL;
    for (size_t i = 1; i < nodes.n; i++)
        first = strcmp(nodes.list[i], first) < 0 ? nodes.list[i] : first;
    if (!first)
        return ib_arena_print(arena, "%.*s", SHORT_FINGERPRINT, fingerprint_of(machine));
    return nodes.n > 1 ? ib_arena_print(arena, "%s+%zu", first, nodes.n - 1) : first;
}

/* One node may be two machines: with and without a quota, or before and after its memory grew. */
static void tell_apart(struct ib_run_record *run)
{
    for (size_t i = 0; i < run->n_machines; i++)
        for (size_t k = i + 1; k < run->n_machines; k++)
            if (strcmp(run->machines[i].name, run->machines[k].name) == 0)
                run->machines[k].name =
                    ib_arena_print(&run->arena, "%s-%.*s", run->machines[k].name, SHORT_FINGERPRINT,
                                   fingerprint_of(run->machines[k].description));
}

static const struct ib_run_machine *find(const struct ib_run_record *run, const struct ib_machine *machine)
{
    for (size_t i = 0; i < run->n_machines; i++)
        if (same_machine(run->machines[i].description, machine))
            return &run->machines[i];
    return NULL;
}

static void find_machines(struct ib_run_record *run)
{
    run->machines = ib_arena_alloc(&run->arena, run->n_parts * sizeof *run->machines);
    for (size_t i = 0; i < run->n_parts; i++) {
        const struct ib_machine *machine = &run->parts[i].machine;
        if (!find(run, machine))
            run->machines[run->n_machines++] =
                (struct ib_run_machine){name_of(&run->arena, run, machine), machine};
    }
    tell_apart(run);
}

void ib_run_record_machines(struct ib_run_record *run)
{
    if (!run->n_parts)
        return;
    if (!run->machines)
        find_machines(run);
    for (size_t i = 0; i < run->n; i++)
        run->cases[i].machine = find(run, ib_machine_of(run, &run->cases[i]))->name;
}
