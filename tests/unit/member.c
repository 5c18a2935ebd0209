#include "member.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

json_t *member(const json_t *object, const char *name)
{
    const char *rest = name;
    for (const char *dot; (dot = strchr(rest, '.')); rest = dot + 1)
        object = json_object_getn(object, rest, (size_t)(dot - rest));
    json_t *found = json_object_get(object, rest);
    if (!found)
        fail_msg("no member %s", name);
    return found;
}

const char *member_text(const json_t *object, const char *name)
{
    const json_t *found = member(object, name);
    if (!json_is_string(found))
        fail_msg("%s is not a text", name);
    return json_string_value(found);
}

double member_number(const json_t *object, const char *name)
{
    const json_t *found = member(object, name);
    if (!json_is_number(found))
        fail_msg("%s is not a number", name);
    return json_number_value(found);
}
