#include "cli/args.h"

#include "base/error.h"
#include "base/plain_text.h"

#include <stdio.h>
#include <string.h>

static void print_help(const struct ib_command *command, const struct ib_flag *flags)
{
    printf("usage: ironbench %s\n\n%s\n", command->usage, command->summary);
    if (command->detail)
        printf("\n%s\n", command->detail);
    printf("\n");
    for (const struct ib_flag *f = flags; f->name; f++) {
        char head[64];
        snprintf(head, sizeof head, "%s%s%s", f->name, f->value ? " " : "", f->value ? f->value : "");
        printf("  %-24s %s\n", head, f->help);
    }
    printf("  %-24s %s\n", "-h, --help", "print this help");
}

static enum ib_status unknown_flag(const struct ib_command *command, const struct ib_flag *flags,
                                   const char *word, size_t length)
{
    const char *names[64] = {"--help"};
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)length, word);
    for (size_t i = 0; flags[i].name && i + 2 < sizeof names / sizeof *names; i++)
        names[i + 1] = flags[i].name;
    const char *nearest = ib_nearest(name, names);
    return ib_fail(IB_EINVAL, name, "`%s` has no such flag%s%s%s; see `ironbench %s --help`", command->name,
                   nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "",
                   command->name);
}

/* An empty value is most likely a variable that was not set. */
static enum ib_status keep_value(const struct ib_flag *flag, const char *value)
{
    if (!value[0])
        return ib_fail(IB_EINVAL, flag->name, "its value is empty: %s is needed", flag->value);
    if (flag->list) {
        size_t n = 0;
        while (flag->list[n])
            n++;
        if (n == IB_FLAG_LIST)
            return ib_fail(IB_EINVAL, flag->name, "given more than %d times", IB_FLAG_LIST);
        flag->list[n] = value;
        return IB_OK;
    }
    if (*flag->text)
        return ib_fail(IB_EINVAL, flag->name, "given twice");
    *flag->text = value;
    return IB_OK;
}

/* Reads the flag at argv[*i]. Its value follows "=" or is the next argument. */
static enum ib_status read_flag(const struct ib_command *command, const struct ib_flag *flags, int argc,
                                char **argv, int *i)
{
    const char *word = argv[*i], *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    const struct ib_flag *f = flags;
    while (f->name && (strlen(f->name) != length || strncmp(f->name, word, length) != 0))
        f++;
    if (!f->name)
        return unknown_flag(command, flags, word, length);
    if (!f->value)
        return equals ? ib_fail(IB_EINVAL, f->name, "takes no value") : keep_value(f, f->name);
    if (equals)
        return keep_value(f, equals + 1);
    if (*i + 1 == argc)
        return ib_fail(IB_EINVAL, f->name, "needs a value: %s", f->value);
    return keep_value(f, argv[++*i]);
}

enum ib_status ib_args_read(const struct ib_command *command, const struct ib_flag *flags, int argc,
                            char **argv, const char **positional, int n_positional, bool *done)
{
    int n = 0;
    *done = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(command, flags);
            *done = true;
            return IB_OK;
        }
        if (argv[i][0] == '-' && argv[i][1])
            IB_TRY(read_flag(command, flags, argc, argv, &i));
        else if (n == n_positional)
            return ib_fail(IB_EINVAL, argv[i], "unexpected argument; usage: ironbench %s", command->usage);
        else
            positional[n++] = argv[i];
    }
    if (n < n_positional)
        return ib_fail(IB_EINVAL, command->name, "missing argument; usage: ironbench %s", command->usage);
    return IB_OK;
}

enum ib_status ib_args_word(const char *flag, const char *text, const struct ib_word *words, int *out)
{
    char list[128];
    if (!text || ib_word_value(words, text, out))
        return IB_OK;
    return ib_fail(IB_EINVAL, flag, "`%s` is not allowed: %s", text, ib_word_list(words, list, sizeof list));
}

enum ib_status ib_args_share(const char *flag, const char *text, double *out)
{
    if (!text || ib_parse_share(text, out))
        return IB_OK;
    return ib_fail(IB_EINVAL, flag, "`%s` is not a fraction above 0 and below 1, such as 1%% or 0.01", text);
}

int ib_run_error(void)
{
    ib_print_line(stderr, "ironbench: %s", ib_error_text());
    return IB_EXIT_FAILED;
}

int ib_usage_error(void)
{
    enum ib_status code = ib_last_error()->code;
    int status = ib_run_error();
    const bool blameless = code == IB_ENOMEM || code == IB_EINTERNAL || code == IB_EUNAVAILABLE;
    return blameless ? status : IB_EXIT_USAGE;
}
