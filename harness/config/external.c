#include "config/external.h"

#include "base/file.h"
#include "base/paths.h"

#include <string.h>
#include <sys/stat.h>

/* ---- paths of a command ---- */

static bool is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* folder/word or home/word if that file exists, else NULL. */
static const char *find_file(struct ib_arena *arena, const char *folder, const char *word)
{
    const char *here = ib_file_join(arena, folder, word);
    if (is_file(here))
        return here;
    here = ib_home_path(arena, word);
    return strchr(word, '/') && is_file(here) ? here : NULL;
}

const char *const *ib_command_resolve(struct ib_arena *arena, const char *folder, const char *const *command)
{
    size_t n = 0;
    while (command[n])
        n++;
    const char **out = ib_arena_alloc(arena, (n + 1) * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        const char *word = command[i], *file = NULL;
        if (word[0] != '/' && (i > 0 || strchr(word, '/')))
            file = find_file(arena, folder, word);
        out[i] = file ? file : word;
    }
    if (out[0] == command[0] && strchr(out[0], '/')) /* not found: the error will name this path */
        out[0] = ib_file_join(arena, folder, out[0]);
    return out;
}

/* ---- the map ---- */

static const char command_allowed[] =
    "a list of a program and its arguments, such as [python3, client.py]; it runs without a shell";

static enum ib_status read_command(const struct ib_yaml *doc, const struct ib_yaml_key *rule,
                                   const yaml_node_t *list, void *field)
{
    if (list->type != YAML_SEQUENCE_NODE || ib_yaml_count(list) == 0)
        return ib_yaml_refuse(doc, list, rule->name, command_allowed);
    const char **command = ib_arena_alloc(doc->arena, (ib_yaml_count(list) + 1) * sizeof *command);
    for (size_t i = 0; i < ib_yaml_count(list); i++) {
        const yaml_node_t *item = ib_yaml_item(doc, list, i);
        IB_TRY(ib_yaml_scalar(doc, item, rule->name, false, command_allowed, &command[i]));
        if (i == 0 && !command[i][0])
            return ib_yaml_refuse(doc, item, rule->name, "a program");
    }
    *(const char *const **)field = command;
    return IB_OK;
}

static json_t *command_schema(const struct ib_yaml_key *rule)
{
    (void)rule;
    return ib_schema_list(ib_schema_text(), 1);
}

const struct ib_yaml_key ib_external_keys[] = {
    {.name = "command",
     .offset = offsetof(struct ib_external, command),
     .read = read_command,
     .schema = command_schema,
     .required = true,
     .type = "list of strings",
     .allowed = command_allowed,
     .help = "program that speaks the protocol of impls/PROTOCOL.md; paths are relative to the configuration "
             "file",
     .example = "[python3, client.py]"},
    {.name = NULL},
};

enum ib_status ib_externals_read(const struct ib_yaml *doc, const char *key, const yaml_node_t *map,
                                 const char *folder, struct ib_external **out, size_t *n)
{
    if (map->type != YAML_MAPPING_NODE)
        return ib_yaml_refuse(doc, map, key, "a map of names and commands");
    *n = ib_yaml_pairs(map);
    *out = ib_arena_alloc(doc->arena, *n * sizeof **out);
    for (size_t i = 0; i < *n; i++) {
        struct ib_external *external = &(*out)[i];
        const yaml_node_t *description = ib_yaml_value(doc, map, i);
        *external = (struct ib_external){.name = ib_arena_copy(doc->arena, ib_yaml_key(doc, map, i)),
                                         .where = ib_yaml_where(doc, description)};
        IB_TRY(ib_yaml_check_name(doc, description, key, external->name));
        IB_TRY(ib_yaml_read_map(doc, description, external->name, ib_external_keys, external));
        external->command = ib_command_resolve(doc->arena, folder, external->command);
    }
    return IB_OK;
}
