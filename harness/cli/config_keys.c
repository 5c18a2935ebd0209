#include "cli/config_keys.h"

#include "config/config_reference.h"

#include <stdio.h>
#include <string.h>

void ib_config_keys_json(struct ib_arena *arena, json_t *out)
{
    struct ib_config_entry *entries;
    size_t n = ib_config_reference(arena, &entries);
    for (size_t i = 0; i < n; i++) {
        const struct ib_config_entry *e = &entries[i];
        json_array_append_new(out, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "section",
                                             e->section, "name", e->key, "summary", e->help, "type", e->type,
                                             "allowed", e->allowed, "default", e->initial, "example",
                                             e->example, "required", (int)e->required));
    }
}

static const char *text_of(const json_t *item, const char *member)
{
    return json_string_value(json_object_get(item, member));
}

void ib_config_key_print(const json_t *item)
{
    const char *section = text_of(item, "section"), *allowed = text_of(item, "allowed");
    bool required = json_is_true(json_object_get(item, "required"));
    printf("%s%s%s: %s\n", section, section[0] ? "." : "", text_of(item, "name"), text_of(item, "summary"));
    printf("    %s; %s%s\n", allowed[0] ? allowed : text_of(item, "type"),
           required ? "required" : "default: ", required ? "" : text_of(item, "default"));
    printf("    example: %s\n", text_of(item, "example"));
}

/* ---- Markdown ---- */

/* Escapes bars, which would end the cell. */
static void print_cell(const char *text)
{
    fputs(" ", stdout);
    for (; *text; text++)
        printf(*text == '|' ? "\\|" : "%c", *text);
    fputs(" |", stdout);
}

static void print_row(struct ib_arena *arena, const struct ib_config_entry *e)
{
    fputs("|", stdout);
    print_cell(ib_arena_print(arena, "`%s`", e->key));
    print_cell(e->help);
    print_cell(e->type);
    print_cell(e->allowed[0] ? e->allowed : "any");
    print_cell(e->required ? "required" : e->initial);
    print_cell(ib_arena_print(arena, "`%s: %s`", strrchr(e->key, '.') ? strrchr(e->key, '.') + 1 : e->key,
                              e->example));
    putchar('\n');
}

void ib_config_keys_markdown(struct ib_arena *arena)
{
    struct ib_config_entry *entries;
    size_t n = ib_config_reference(arena, &entries);
    const char *section = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!section || strcmp(section, entries[i].section) != 0) {
            section = entries[i].section;
            printf(section[0] ? "%s### `%s`\n\n" : "%s### The file\n\n", i ? "\n" : "", section);
            puts("| key | meaning | type | allowed | default | example |\n|---|---|---|---|---|---|");
        }
        print_row(arena, &entries[i]);
    }
}
