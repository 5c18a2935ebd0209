#include "config/case_id.h"

#include "base/hash.h"
#include "base/slug.h"

#include <stdio.h>
#include <string.h>

enum { ID_HEX = 8 };

/* Whether this value is part of a case's identity. Defaults are not, so that adding an axis does not change
 * existing ids. */
static bool identifies(enum ib_axis_kind kind, const struct ib_axis_value *value)
{
    const struct ib_axis_rule *rule = &ib_axis_rules[kind];
    return value && (rule->identifies || strcmp(value->identity, rule->defaults[0]) != 0);
}

static bool is_shown(enum ib_axis_kind kind, const struct ib_axis_value *value)
{
    return identifies(kind, value) || (value && ib_axis_rules[kind].is_named);
}

/* Appends text in a form safe for file names and command lines: "6,6" becomes "6x6", "threads=2" "threads_2".
 */
static char *append_slug(char *end, const char *text)
{
    for (; *text; text++)
        *end++ = ib_slug_allows(*text) ? *text : *text == ',' ? 'x' : '_';
    return end;
}

void ib_case_identify(struct ib_arena *arena, const struct ib_axis_value *const values[IB_AXIS_COUNT],
                      struct ib_case *out)
{
    size_t canonical_bytes = 1, id_bytes = ID_HEX + 1;
    for (int k = 0; k < IB_AXIS_COUNT; k++) {
        if (identifies((enum ib_axis_kind)k, values[k]))
            canonical_bytes += strlen(ib_axis_rules[k].name) + strlen(values[k]->identity) + 2;
        if (is_shown((enum ib_axis_kind)k, values[k]))
            id_bytes += strlen(ib_axis_rules[k].slug) + strlen(values[k]->text) + 1;
    }
    char *canonical = ib_arena_alloc(arena, canonical_bytes), *line = canonical;
    char *id = ib_arena_alloc(arena, id_bytes), *part = id;
    for (int k = 0; k < IB_AXIS_COUNT; k++) {
        if (identifies((enum ib_axis_kind)k, values[k]))
            line += sprintf(line, "%s=%s\n", ib_axis_rules[k].name, values[k]->identity);
        if (is_shown((enum ib_axis_kind)k, values[k])) {
            part = append_slug(append_slug(part, ib_axis_rules[k].slug), values[k]->text);
            *part++ = '-';
        }
    }
    char hex[IB_HASH_HEX];
    ib_hash_of(canonical, (size_t)(line - canonical), hex);
    memcpy(part, hex, ID_HEX);
    out->canonical = canonical;
    out->id = id;
}
