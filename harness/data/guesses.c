#include "data/guesses.h"

static const char *guess_target(struct ib_arena *arena, const struct ib_dataset_spec *spec,
                                const struct ib_table *table)
{
    if (spec->target || !table->target_column)
        return NULL;
    return ib_arena_print(arena, "last column taken as target (target: %s)",
                          table->has_names ? IB_SHORT(table->target) : "-1");
}

static const char *guess_task(struct ib_arena *arena, const struct ib_dataset_spec *spec,
                              const struct ib_labels *labels)
{
    if (spec->task || spec->positive)
        return NULL;
    const char *values = ib_labels_text(arena, labels);
    if (labels->word && labels->n == 2)
        return ib_arena_print(arena, "targets %s taken as classes 0 and 1 (positive: %s)", values,
                              IB_SHORT(labels->word[(size_t)labels->value[1]]));
    if (ib_labels_are_classes(labels))
        return ib_arena_print(arena, "targets %s taken as classes (task: classification)", values);
    return labels->n && labels->n <= IB_LABELS_SHOWN
               ? ib_arena_print(arena, "targets %s taken as numbers, not classes (task: regression)", values)
               : "targets taken as numbers (task: regression)";
}

const char *ib_guesses_text(struct ib_arena *arena, const struct ib_dataset_spec *spec,
                            const struct ib_table *table, const struct ib_labels *labels)
{
    const char *const guesses[] = {table->guesses[IB_GUESS_DELIMITER], table->guesses[IB_GUESS_DECIMAL],
                                   table->guesses[IB_GUESS_HEADER],    table->guesses[IB_GUESS_WORDS],
                                   table->guesses[IB_GUESS_MISSING],   guess_target(arena, spec, table),
                                   guess_task(arena, spec, labels)};
    const char *text = NULL;
    for (size_t i = 0; i < sizeof guesses / sizeof *guesses; i++)
        if (guesses[i])
            text = ib_arena_print(arena, "%s%s%s", text ? text : spec->path, text ? "; " : ": ", guesses[i]);
    return text;
}
