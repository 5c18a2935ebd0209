#include "cli/print_json.h"

#include "base/json_text.h"

void ib_print_json(json_t *value)
{
    ib_json_print(stdout, value, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    putchar('\n');
    json_decref(value);
}
