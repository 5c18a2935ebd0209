#include "base/error.h"
#include "base/file.h"
#include "base/json_text.h"
#include "base/paths.h"
#include "cli/args.h"
#include "config/config.h"

#include <glob.h>
#include <stdio.h>

#define CONFIG      "config"
#define FILE_SUFFIX ".schema.json"
enum { SCHEMA_MAX_BYTES = 1 << 20 };

/* Lists the names of all schemas; ends with NULL. That of configurations is made from the tables that read
 * them, the others are files of results/. */
static const char *const *schema_names(struct ib_arena *arena)
{
    glob_t found = {0};
    if (glob(ib_home_path(arena, "results/*" FILE_SUFFIX), 0, NULL, &found) != 0)
        found.gl_pathc = 0;
    const char **names = ib_arena_alloc(arena, (found.gl_pathc + 2) * sizeof *names);
    size_t n = 0;
    names[n++] = CONFIG;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *stem = ib_file_stem(arena, found.gl_pathv[i]);
        const char *name = ib_arena_print(arena, "%.*s", (int)strcspn(stem, "."), stem);
        if (strcmp(name, CONFIG) != 0)
            names[n++] = name;
    }
    names[n] = NULL;
    globfree(&found);
    return names;
}

static enum ib_status print_file(struct ib_arena *arena, const char *name)
{
    char *text;
    size_t bytes;
    const char *path = ib_arena_print(arena, "%s/%s" FILE_SUFFIX, ib_home_path(arena, "results"), name);
    IB_TRY(ib_file_read_text(arena, path, SCHEMA_MAX_BYTES, &text, &bytes));
    fwrite(text, 1, bytes, stdout);
    return IB_OK;
}

static void print_config_schema(void)
{
    json_t *schema = ib_config_schema();
    ib_json_print(stdout, schema, JSON_INDENT(1));
    putchar('\n');
    json_decref(schema);
}

static enum ib_status print_schema(struct ib_arena *arena, const char *name)
{
    char hint[128], list[256];
    const char *const *names = schema_names(arena);
    const char *const *known = names;
    while (*known && strcmp(*known, name) != 0)
        known++;
    if (!*known)
        return ib_fail(IB_EINVAL, NULL, "no schema `%s`%s; allowed: %s", IB_SHORT(name),
                       ib_hint(name, names, hint, sizeof hint), ib_name_list(names, list, sizeof list));
    if (strcmp(name, CONFIG) != 0)
        return print_file(arena, name);
    print_config_schema();
    return IB_OK;
}

static int schema_main(const struct ib_command *command, int argc, char **argv)
{
    const char *name;
    bool done;
    struct ib_arena arena = {0};
    const struct ib_flag flags[] = {{NULL}};
    if (ib_args_read(command, flags, argc, argv, &name, 1, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    const enum ib_status status = print_schema(&arena, name);
    ib_arena_free(&arena);
    return status == IB_OK ? IB_EXIT_OK : ib_usage_error();
}

const struct ib_command ib_command_schema = {
    .name = "schema",
    .usage = "schema NAME",
    .summary = "print the JSON Schema of configurations (config), or of what a command prints as JSON",
    .detail =
        "`ironbench schema config` is for editors that check YAML while you write. The others are named\n"
        "after commands, such as `check`, or `record` for `export`; an unknown NAME lists them all.",
    .main = schema_main,
};
