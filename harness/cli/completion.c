#include "base/error.h"
#include "cli/commands.h"
#include "core/model.h"

#include <ctype.h>
#include <stdio.h>

/* Scripts for shells, from the flags and usages of all commands. What a value is, its name says. */

enum kind { KIND_ANY, KIND_WORDS, KIND_FILE, KIND_FOLDER, KIND_IMPL };

struct value {
    enum kind kind;
    const char *words; /* separated by blanks */
};

static struct value value_of(struct ib_arena *arena, const char *name)
{
    static const struct {
        const char *name;
        enum kind kind;
    } kinds[] = {{"CONFIG", KIND_FILE}, {"DATA", KIND_FILE},   {"FILE", KIND_FILE}, {"FILE.so", KIND_FILE},
                 {"PATH", KIND_FILE},   {"PAGE", KIND_FILE},   {"OLD", KIND_FILE},  {"NEW", KIND_FOLDER},
                 {"DIR", KIND_FOLDER},  {"DIR…", KIND_FOLDER}, {"IMPL", KIND_IMPL}};
    const char *bar = name ? strchr(name, '|') : NULL;
    if (bar && islower((unsigned char)name[0])) {
        char *words = ib_arena_copy(arena, name);
        for (char *at = words; *at; at++)
            *at = *at == '|' ? ' ' : *at;
        return (struct value){KIND_WORDS, words};
    }
    if (name && strcmp(name, "MODEL") == 0) {
        const char *words = "";
        for (const char *const *model = ib_model_names(); *model; model++)
            words = ib_arena_print(arena, "%s%s%s", words, words[0] ? " " : "", *model);
        return (struct value){KIND_WORDS, words};
    }
    const size_t length = bar ? (size_t)(bar - name) : name ? strlen(name) : 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (length == strlen(kinds[i].name) && strncmp(kinds[i].name, name, length) == 0)
            return (struct value){kinds[i].kind, NULL};
    return (struct value){KIND_ANY, NULL};
}

/* Prints text for single quotes; also escapes the characters of `special` with a backslash. */
static void print_quoted(const char *text, const char *quote, const char *special)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs(quote, stdout);
        else
            printf(strchr(special, *text) ? "\\%c" : "%c", *text);
    }
}

struct scripts {
    struct ib_arena *arena;
    const struct ib_command_text *commands;
    size_t n;
};

static bool is_part(const struct ib_command_text *c)
{
    return strchr(c->command->name, ' ') != NULL;
}

/* ---- bash ---- */

static const char bash_head[] =
    "# Completion of ironbench in bash; from `ironbench completion bash`.\n"
    "_ironbench_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$current\"); }\n"
    "_ironbench_files() { mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); compopt -o filenames "
    "2>/dev/null; }\n"
    "_ironbench_folders() { mapfile -t COMPREPLY < <(compgen -d -- \"$current\"); compopt -o filenames "
    "2>/dev/null; }\n"
    "_ironbench_impls() {\n"
    "    local names\n"
    "    names=$(\"${COMP_WORDS[0]}\" list impls 2>/dev/null | sed -n 's/^\\([a-z][a-z0-9_]*\\) .*/\\1/p')\n"
    "    _ironbench_words \"$names\"\n"
    "    [[ ${#COMPREPLY[@]} -gt 0 ]] || _ironbench_files\n"
    "}\n";

static const char bash_body[] =
    "_ironbench() {\n"
    "    local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD - 1]}\"\n"
    "    local command=\"${COMP_WORDS[1]}\" first=2 flags=\"\" valued=\"\" position=0 i\n"
    "    COMPREPLY=()\n"
    "    if [[ $current == \"=\" ]]; then current=\"\"\n"
    "    elif [[ $previous == \"=\" ]]; then previous=\"${COMP_WORDS[COMP_CWORD - 2]}\"; fi\n"
    "    if [[ $COMP_CWORD -eq 1 ]]; then _ironbench_words \"$_ironbench_commands --help --version\"; "
    "return; fi\n"
    "    if [[ \" $_ironbench_grouped \" == *\" $command \"* && $COMP_CWORD -gt 2 ]]; then\n"
    "        command=\"$command ${COMP_WORDS[2]}\"; first=3\n"
    "    fi\n"
    "    _ironbench_flags\n"
    "    if [[ \" $valued \" == *\" $previous \"* ]]; then _ironbench_value; return; fi\n"
    "    if [[ $current == -* ]]; then _ironbench_words \"$flags --help\"; return; fi\n"
    "    for ((i = first; i < COMP_CWORD; i++)); do\n"
    "        if [[ \" $valued \" == *\" ${COMP_WORDS[i]} \"* ]]; then ((i++)); [[ ${COMP_WORDS[i]} != \"=\" "
    "]] || ((i++))\n"
    "        elif [[ ${COMP_WORDS[i]} != -* ]]; then ((position++)); fi\n"
    "    done\n"
    "    _ironbench_argument\n"
    "}\n"
    "complete -F _ironbench ironbench\n";

/* What completes a value. */
static void print_bash_action(struct ib_arena *arena, const char *name)
{
    const struct value value = value_of(arena, name);
    static const char *const calls[] = {[KIND_ANY] = ":",
                                        [KIND_FILE] = "_ironbench_files",
                                        [KIND_FOLDER] = "_ironbench_folders",
                                        [KIND_IMPL] = "_ironbench_impls"};
    if (value.kind == KIND_WORDS)
        printf("_ironbench_words \"%s\" ;;\n", value.words);
    else
        printf("%s ;;\n", calls[value.kind]);
}

static void print_bash_flags(const struct scripts *s)
{
    puts("_ironbench_flags() {\n    case \"$command\" in");
    for (const struct ib_command_text *c = s->commands; c < s->commands + s->n; c++) {
        printf("    \"%s\") flags=\"", c->command->name);
        for (size_t i = 0; i < c->n_flags; i++)
            printf("%s%s", i ? " " : "", c->flags[i].name);
        printf("\"; valued=\"");
        for (size_t i = 0; i < c->n_flags; i++)
            printf("%s%s", c->flags[i].value ? c->flags[i].name : "", c->flags[i].value ? " " : "");
        puts("\" ;;");
    }
    puts("    esac\n}");
}

static void print_bash(const struct scripts *s)
{
    fputs(bash_head, stdout);
    printf("_ironbench_commands=\"");
    for (size_t i = 0; i < s->n; i++)
        if (!is_part(&s->commands[i]))
            printf("%s%s", i ? " " : "", s->commands[i].command->name);
    printf("\"\n_ironbench_grouped=\"");
    for (size_t i = 0; i < s->n; i++)
        if (s->commands[i].command->parts)
            printf("%s ", s->commands[i].command->name);
    puts("\"");
    print_bash_flags(s);
    puts("_ironbench_value() {\n    case \"$command $previous\" in");
    for (const struct ib_command_text *c = s->commands; c < s->commands + s->n; c++)
        for (size_t i = 0; i < c->n_flags; i++)
            if (c->flags[i].value) {
                printf("    \"%s %s\") ", c->command->name, c->flags[i].name);
                print_bash_action(s->arena, c->flags[i].value);
            }
    puts("    esac\n}\n_ironbench_argument() {\n    case \"$command $position\" in");
    for (const struct ib_command_text *c = s->commands; c < s->commands + s->n; c++)
        for (size_t i = 0; c->arguments[i]; i++) {
            printf("    \"%s %zu\") ", c->command->name, i);
            print_bash_action(s->arena, c->arguments[i]);
        }
    puts("    esac\n}");
    fputs(bash_body, stdout);
}

/* ---- zsh ---- */

static const char zsh_head[] =
    "#compdef ironbench\n"
    "# Completion of ironbench in zsh; from `ironbench completion zsh`.\n"
    "_ironbench_impls() {\n"
    "    local -a names\n"
    "    names=(${(f)\"$(ironbench list impls 2>/dev/null | sed -n 's/^\\([a-z][a-z0-9_]*\\) .*/\\1/p')\"})\n"
    "    compadd -a names || _files\n"
    "}\n";

static void print_zsh_action(struct ib_arena *arena, const char *name)
{
    const struct value value = value_of(arena, name);
    static const char *const actions[] = {[KIND_ANY] = " ",
                                          [KIND_FILE] = "_files",
                                          [KIND_FOLDER] = "_files -/",
                                          [KIND_IMPL] = "_ironbench_impls"};
    print_quoted(name, "'\\''", ":[]\\");
    if (value.kind == KIND_WORDS)
        printf(":(%s)'", value.words);
    else
        printf(":%s'", actions[value.kind]);
}

/* The arguments and flags of a command. */
static void print_zsh_command(const struct scripts *s, const struct ib_command_text *c)
{
    printf("_arguments -s : '(- *)'{-h,--help}'[print this help]'");
    for (size_t i = 0; i < c->n_flags; i++) {
        const struct ib_flag_text *f = &c->flags[i];
        printf(" \\\n            '%s%s%s[", f->repeats ? "*" : "", f->name,
               f->value && f->name[1] == '-' ? "=" : "");
        print_quoted(f->help, "'\\''", ":[]\\");
        printf("]%s", f->value ? ":" : "'");
        if (f->value)
            print_zsh_action(s->arena, f->value);
    }
    for (size_t i = 0; c->arguments[i]; i++) {
        printf(" \\\n            '%s:",
               strstr(c->arguments[i], "…") ? "*" : ib_arena_print(s->arena, "%zu", i + 1));
        print_zsh_action(s->arena, c->arguments[i]);
    }
    puts(" ;;");
}

static const char *last_word(const char *name)
{
    const char *blank = strrchr(name, ' ');
    return blank ? blank + 1 : name;
}

static void print_zsh_names(const struct scripts *s, bool parts)
{
    printf("    names=(");
    for (const struct ib_command_text *c = s->commands; c < s->commands + s->n; c++)
        if (is_part(c) == parts) {
            printf("\n        '%s:", last_word(c->command->name));
            print_quoted(c->command->summary, "'\\''", ":\\");
            putchar('\'');
        }
    puts(")");
}

static void print_zsh(const struct scripts *s)
{
    fputs(zsh_head, stdout);
    puts("_ironbench() {\n    local -a names\n    local command=$words[2]");
    print_zsh_names(s, false);
    puts("    if ((CURRENT == 2)); then _describe command names; return; fi\n"
         "    shift words; ((CURRENT--))\n    case $command in");
    for (const struct ib_command_text *c = s->commands; c < s->commands + s->n; c++)
        if (c->command->parts)
            printf("    %s)\n        if ((CURRENT > 2)); then command=\"%s $words[2]\"; shift words; "
                   "((CURRENT--)); fi ;;\n",
                   c->command->name, c->command->name);
    puts("    esac\n    case $command in");
    for (const struct ib_command_text *c = s->commands; c < s->commands + s->n; c++) {
        printf("    \"%s\")\n        ", c->command->name);
        print_zsh_command(s, c);
    }
    puts("    esac\n}\nif [[ $funcstack[1] == _ironbench ]]; then _ironbench \"$@\"; else compdef _ironbench "
         "ironbench; fi");
}

/* ---- fish ---- */

static void print_fish_condition(const struct ib_command_text *c)
{
    const char *name = c->command->name, *blank = strchr(name, ' ');
    if (blank)
        printf(
            "complete -c ironbench -n '__fish_seen_subcommand_from %.*s; and __fish_seen_subcommand_from %s'",
            (int)(blank - name), name, blank + 1);
    else
        printf("complete -c ironbench -n '__fish_seen_subcommand_from %s'", name);
}

static void print_fish_action(struct ib_arena *arena, const char *name, bool needed)
{
    const struct value value = value_of(arena, name);
    const char *require = needed ? "-r " : "";
    switch (value.kind) {
    case KIND_WORDS:
        printf(" %s-f -a '%s'", require, value.words);
        break;
    case KIND_FILE:
        printf(" %s-F", require);
        break;
    case KIND_FOLDER:
        printf(" %s-f -a '(__fish_complete_directories)'", require);
        break;
    case KIND_IMPL:
        printf(" %s-F -a '(ironbench list impls 2>/dev/null | string match -r \"^[a-z]\\S*\")'", require);
        break;
    case KIND_ANY:
        printf(" %s-f", require);
        break;
    }
}

static void print_fish_command(const struct scripts *s, const struct ib_command_text *c)
{
    if (!is_part(c)) {
        printf("complete -c ironbench -n __fish_use_subcommand -a %s -d '", c->command->name);
        print_quoted(c->command->summary, "\\'", "\\");
        puts("'");
    }
    for (size_t i = 0; c->arguments[i]; i++) {
        print_fish_condition(c);
        print_fish_action(s->arena, c->arguments[i], false);
        putchar('\n');
    }
    for (size_t i = 0; i < c->n_flags; i++) {
        const struct ib_flag_text *f = &c->flags[i];
        print_fish_condition(c);
        printf(f->name[1] == '-' ? " -l %s" : " -s %s", f->name + (f->name[1] == '-' ? 2 : 1));
        if (f->value)
            print_fish_action(s->arena, f->value, true);
        printf(" -d '");
        print_quoted(f->help, "\\'", "\\");
        puts("'");
    }
}

static void print_fish(const struct scripts *s)
{
    puts("# Completion of ironbench in fish; from `ironbench completion fish`.\n"
         "complete -c ironbench -f\n"
         "complete -c ironbench -s h -l help -d 'print the help'");
    for (size_t i = 0; i < s->n; i++)
        print_fish_command(s, &s->commands[i]);
}

/* ---- the command ---- */

enum { BASH, ZSH, FISH };
static const struct ib_word shells[] = {{"bash", BASH}, {"zsh", ZSH}, {"fish", FISH}, {NULL, 0}};
static void (*const printers[])(const struct scripts *) = {
    [BASH] = print_bash, [ZSH] = print_zsh, [FISH] = print_fish};

static int completion_main(const struct ib_command *command, int argc, char **argv)
{
    const char *shell;
    bool done;
    int which = BASH;
    const struct ib_flag flags[] = {{NULL}};
    if (ib_args_read(command, flags, argc, argv, &shell, 1, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (ib_args_word("completion", shell, shells, &which) != IB_OK)
        return ib_usage_error();
    struct ib_arena arena = {0};
    struct ib_command_text *texts;
    const size_t n = ib_command_texts(&arena, &texts);
    printers[which](&(struct scripts){.arena = &arena, .commands = texts, .n = n});
    ib_arena_free(&arena);
    return IB_EXIT_OK;
}

const struct ib_command ib_command_completion = {
    .name = "completion",
    .usage = "completion bash|zsh|fish",
    .summary = "print a script that completes commands, flags and their values in a shell",
    .detail = "bash:  eval \"$(ironbench completion bash)\" in ~/.bashrc\n"
              "zsh:   eval \"$(ironbench completion zsh)\" in ~/.zshrc, after compinit\n"
              "fish:  ironbench completion fish > ~/.config/fish/completions/ironbench.fish",
    .main = completion_main,
};
