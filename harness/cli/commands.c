#include "cli/commands.h"

#include <stdio.h>

#define IB_COMMAND(name) extern const struct ib_command ib_command_##name;
#include "cli/commands.def"
#undef IB_COMMAND

const struct ib_command *const ib_commands[] = {
#define IB_COMMAND(name) &ib_command_##name,
#include "cli/commands.def"
#undef IB_COMMAND
    NULL};

const char ib_exit_status_help[] =
    "0 success, 1 slower or more memory (gate), 2 usage or configuration error, 3 wrong\n"
    "or untrusted answer, 4 a case failed or is missing, 5 undecided (gate --strict), 130 interrupted;\n"
    "if several apply, the first of 3, 4, 1, 5.\n";

struct texts {
    struct ib_arena *arena;
    struct ib_command_text *list;
    size_t n, capacity;
};

/* Copies the flags: some commands make theirs for the call. */
static void keep_flags(void *context, const struct ib_flag *flags)
{
    struct texts *texts = context;
    struct ib_command_text *text = &texts->list[texts->n - 1];
    size_t capacity = 0;
    for (const struct ib_flag *f = flags; f->name; f++) {
        text->flags = ib_arena_grow(texts->arena, text->flags, sizeof *text->flags, text->n_flags, &capacity);
        text->flags[text->n_flags++] =
            (struct ib_flag_text){.name = ib_arena_copy(texts->arena, f->name),
                                  .value = f->value ? ib_arena_copy(texts->arena, f->value) : NULL,
                                  .help = ib_arena_copy(texts->arena, f->help),
                                  .repeats = f->list != NULL};
    }
}

/* The last word of a name: "add" of "history add". */
static const char *last_word(const char *name)
{
    const char *blank = strrchr(name, ' ');
    return blank ? blank + 1 : name;
}

/* "add|show|report" for a command with parts. */
static const char *part_names(struct ib_arena *arena, const struct ib_command *command)
{
    const char *names = NULL;
    for (const struct ib_command *const *part = command->parts; part && *part; part++)
        names = names ? ib_arena_print(arena, "%s|%s", names, last_word((*part)->name))
                      : last_word((*part)->name);
    return names ? names : command->words;
}

/* The arguments that a usage names before its flags: CONFIG and NEW of "run CONFIG [--out DIR]". */
static const char **arguments_of(struct ib_arena *arena, const struct ib_command *command)
{
    enum { MOST = 8 };
    const char **arguments = ib_arena_alloc(arena, (MOST + 1) * sizeof *arguments);
    char *rest = ib_arena_copy(arena, command->usage + strlen(command->name)), *word;
    size_t n = 0;
    if (part_names(arena, command)) {
        arguments[n++] = part_names(arena, command);
        rest = NULL; /* what follows depends on the word */
    }
    while (n < MOST && (word = strsep(&rest, " "))) {
        const bool optional = word[0] == '[';
        if (optional && word[strlen(word) - 1] == ']')
            word[strlen(word) - 1] = '\0';
        word += optional;
        if (!word[0])
            continue;
        if (word[0] == '-' || word[0] == '|' || strcmp(word, "flags") == 0)
            break;
        arguments[n++] = word;
    }
    arguments[n] = NULL;
    return arguments;
}

static void add(struct texts *texts, const struct ib_command *command)
{
    texts->list = ib_arena_grow(texts->arena, texts->list, sizeof *texts->list, texts->n, &texts->capacity);
    texts->list[texts->n++] =
        (struct ib_command_text){.command = command, .arguments = arguments_of(texts->arena, command)};
    if (!command->parts)
        ib_args_visit(command, keep_flags, texts);
    for (const struct ib_command *const *part = command->parts; part && *part; part++)
        add(texts, *part);
}

size_t ib_command_texts(struct ib_arena *arena, struct ib_command_text **out)
{
    struct texts texts = {.arena = arena};
    for (const struct ib_command *const *command = ib_commands; *command; command++)
        add(&texts, *command);
    *out = texts.list;
    return texts.n;
}
