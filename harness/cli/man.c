#include "cli/commands.h"

#include <ctype.h>
#include <stdio.h>

/* Prints text for roff, where a backslash, a minus and a point or quote at the start of a line mean
 * something. */
static void print_roff(const char *text)
{
    bool at_start = true;
    for (; *text; text++) {
        if (at_start && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
        at_start = *text == '\n';
    }
}

/* Lines as they are: their breaks and columns mean something. */
static void print_lines(const char *text)
{
    puts(".nf");
    print_roff(text);
    puts("\n.fi");
}

static void print_flag(const struct ib_flag_text *f)
{
    printf(".TP\n.B ");
    print_roff(f->name);
    if (f->value) {
        printf(" \\fI");
        print_roff(f->value);
        printf("\\fR");
    }
    putchar('\n');
    print_roff(f->help);
    putchar('\n');
}

static void print_command(const struct ib_command_text *c)
{
    printf(".SS ironbench ");
    print_roff(c->command->usage);
    puts("");
    putchar(toupper((unsigned char)c->command->summary[0]));
    print_roff(c->command->summary + 1);
    puts(".");
    if (c->command->detail) {
        puts(".PP");
        print_lines(c->command->detail);
    }
    for (size_t i = 0; i < c->n_flags; i++)
        print_flag(&c->flags[i]);
}

static const struct {
    const char *name, *help;
} variables[] = {
    {"IRONBENCH_HOME",
     "folder of the program's data (configs, results, scripts), if it is not found by itself"},
    {"IRONBENCH_LIMITS", "file with the limits that `doctor --limits` has measured; empty: none are used"},
    {"TMPDIR", "folder for temporary files; default: /tmp"},
};

static void print_page(const struct ib_command_text *commands, size_t n)
{
    printf(".TH IRONBENCH 1 \"\" \"ironbench %s\" \"User Commands\"\n", IB_VERSION);
    puts(".SH NAME\nironbench \\- which implementation is fastest, is its answer right, and what does "
         "copying cost?\n"
         ".SH SYNOPSIS\n.B ironbench\n.I COMMAND\n.RI [ arguments ]\n.SH DESCRIPTION\n"
         "Trains the same models with many implementations, verifies each answer, and times those that are "
         "right.\n"
         ".SH COMMANDS");
    for (size_t i = 0; i < n; i++)
        print_command(&commands[i]);
    puts(".SH \"EXIT STATUS\"");
    print_lines(ib_exit_status_help);
    puts(".SH ENVIRONMENT");
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        print_flag(&(struct ib_flag_text){.name = variables[i].name, .help = variables[i].help});
}

static int man_main(const struct ib_command *command, int argc, char **argv)
{
    bool done;
    const struct ib_flag flags[] = {{NULL}};
    if (ib_args_read(command, flags, argc, argv, NULL, 0, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    struct ib_arena arena = {0};
    struct ib_command_text *texts;
    const size_t n = ib_command_texts(&arena, &texts);
    print_page(texts, n);
    ib_arena_free(&arena);
    return IB_EXIT_OK;
}

const struct ib_command ib_command_man = {
    .name = "man",
    .usage = "man",
    .summary = "print a manual page of all commands and flags, for `man`",
    .detail = "ironbench man > ironbench.1; man -l ironbench.1",
    .main = man_main,
};
