#include "base/json_schema.h"

#include <math.h>

json_t *ib_schema_text(void)
{
    return json_pack("{s:[s, s, s], s:i}", "type", "string", "number", "boolean", "minLength", 1);
}

json_t *ib_schema_integer(uint64_t min, uint64_t max)
{
    return json_pack("{s:s, s:I, s:o}", "type", "integer", "minimum", (json_int_t)min, "maximum",
                     max <= INT64_MAX ? json_integer((json_int_t)max) : json_real((double)max));
}

json_t *ib_schema_number(double min, bool without_min, double max)
{
    json_t *schema =
        json_pack("{s:s, s:f}", "type", "number", without_min ? "exclusiveMinimum" : "minimum", min);
    if (isfinite(max))
        json_object_set_new(schema, "maximum", json_real(max));
    return schema;
}

json_t *ib_schema_pattern(const char *expression)
{
    return json_pack("{s:s, s:s}", "type", "string", "pattern", expression);
}

json_t *ib_schema_words(const struct ib_word *words)
{
    json_t *list = json_array();
    for (; words->word; words++) {
        json_array_append_new(list, json_string(words->word));
        if (strcmp(words->word, "true") == 0 || strcmp(words->word, "false") == 0)
            json_array_append_new(list, json_boolean(words->word[0] == 't'));
    }
    return json_pack("{s:o}", "enum", list);
}

json_t *ib_schema_names(const char *const *names)
{
    json_t *list = json_array();
    for (; *names; names++)
        json_array_append_new(list, json_string(*names));
    return json_pack("{s:o}", "enum", list);
}

json_t *ib_schema_either(json_t *a, json_t *b)
{
    return json_pack("{s:[o, o]}", "anyOf", a, b);
}

json_t *ib_schema_list(json_t *item, int least)
{
    return json_pack("{s:s, s:o, s:i}", "type", "array", "items", item, "minItems", least);
}

json_t *ib_schema_list_or_one(json_t *item, int least)
{
    return ib_schema_either(item, ib_schema_list(json_incref(item), least));
}

json_t *ib_schema_map_of(const char *key_expression, json_t *value)
{
    json_t *schema = json_pack("{s:s, s:o}", "type", "object", "additionalProperties", value);
    if (key_expression)
        json_object_set_new(schema, "propertyNames", json_pack("{s:s}", "pattern", key_expression));
    return schema;
}
