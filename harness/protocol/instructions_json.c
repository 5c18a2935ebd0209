#include "protocol/instructions_json.h"

#include "protocol/unpack.h"

#include <stdio.h>

json_t *ib_instructions_to_json(const struct ib_instructions *i)
{
    return i->source || i->reason[0]
               ? json_pack("{s:s?, s:I, s:s}", "source",
                           i->source ? ib_word_of(ib_instruction_source_words, (int)i->source) : NULL,
                           "count", (json_int_t)i->count, "reason", i->reason)
               : json_null();
}

enum ib_status ib_instructions_from_json(const json_t *value, struct ib_instructions *out)
{
    json_int_t count;
    const char *source = json_string_value(json_object_get(value, "source")), *reason;
    int known = 0;
    if (!json_is_object(value))
        return IB_OK;
    IB_UNPACK(value, "{s:I, s:s}", "count", &count, "reason", &reason);
    if (source)
        ib_word_value(ib_instruction_source_words, source, &known);
    out->source = (enum ib_instruction_source)known;
    out->count = (uint64_t)count;
    snprintf(out->reason, sizeof out->reason, "%s", reason);
    return IB_OK;
}
