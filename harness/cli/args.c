#include "cli/args.h"

#include "base/error.h"
#include "base/plain_text.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Who wants to know the flags of the command that is called; NULL: it runs. */
static struct {
    ib_args_visit_fn *visit;
    void *context;
} visitor;

void ib_args_visit(const struct ib_command *command, ib_args_visit_fn *visit, void *context)
{
    char *name = strdup(command->name), *argv[] = {name, NULL};
    visitor.visit = visit;
    visitor.context = context;
    command->main(command, 1, argv);
    visitor.visit = NULL;
    free(name);
}

/* Reads at most `most` arguments that are not flags, and counts them. */
static enum ib_status read_all(const struct ib_command *command, const struct ib_flag *flags, int argc,
                               char **argv, const char **positional, int most, int *n, bool *done)
{
    *n = 0;
    *done = visitor.visit != NULL;
    if (visitor.visit) {
        visitor.visit(visitor.context, flags);
        return IB_OK;
    }
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help(command, flags);
            *done = true;
            return IB_OK;
        }
        if (argv[i][0] == '-' && argv[i][1])
            IB_TRY(read_flag(command, flags, argc, argv, &i));
        else if (*n == most)
            return ib_fail(IB_EINVAL, argv[i], "unexpected argument; usage: ironbench %s", command->usage);
        else
            positional[(*n)++] = argv[i];
    }
    return IB_OK;
}

static enum ib_status check_count(const struct ib_command *command, int n, int least)
{
    if (n >= least)
        return IB_OK;
    return ib_fail(IB_EINVAL, command->name, "missing argument; usage: ironbench %s", command->usage);
}

enum ib_status ib_args_read(const struct ib_command *command, const struct ib_flag *flags, int argc,
                            char **argv, const char **positional, int n_positional, bool *done)
{
    int n;
    IB_TRY(read_all(command, flags, argc, argv, positional, n_positional, &n, done));
    return *done ? IB_OK : check_count(command, n, n_positional);
}

enum ib_status ib_args_read_optional(const struct ib_command *command, const struct ib_flag *flags, int argc,
                                     char **argv, const char **positional, int most, bool *done)
{
    int n;
    for (int i = 0; i < most; i++)
        positional[i] = NULL;
    return read_all(command, flags, argc, argv, positional, most, &n, done);
}

enum ib_status ib_args_read_list(const struct ib_command *command, const struct ib_flag *flags, int argc,
                                 char **argv, const char **positional, int *n, bool *done)
{
    IB_TRY(read_all(command, flags, argc, argv, positional, argc, n, done));
    return *done ? IB_OK : check_count(command, *n, 1);
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

enum ib_status ib_args_count(const char *flag, const char *text, uint64_t most, uint64_t *out)
{
    if (ib_parse_u64(text, out) && *out >= 1 && *out <= most)
        return IB_OK;
    return ib_fail(IB_EINVAL, flag, "`%s` is not an integer from 1 to %" PRIu64, text, most);
}

enum ib_status ib_args_shard(const char *flag, const char *text, struct ib_shard *out)
{
    char index[24];
    const char *slash = strchr(text, '/');
    const int length = slash ? (int)(slash - text) : 0;
    snprintf(index, sizeof index, "%.*s", length, text);
    if (length > 0 && length < (int)sizeof index && ib_parse_u64(index, &out->index) &&
        ib_parse_u64(slash + 1, &out->count) && out->index >= 1 && out->index <= out->count &&
        out->count <= IB_SHARDS_MAX)
        return IB_OK;
    return ib_fail(IB_EINVAL, flag, "`%s` is not a shard, such as 2/4: from 1/4 to 4/4, of at most %d", text,
                   IB_SHARDS_MAX);
}

enum ib_status ib_args_folder(const char *flag, const char *path)
{
    DIR *folder = path ? opendir(path) : NULL;
    if (path && !folder)
        return ib_fail(IB_EINVAL, flag, "cannot read the folder `%s`: %s", path, strerror(errno));
    if (folder)
        closedir(folder);
    return IB_OK;
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
