/* Counted instructions in the answer `done`. */
#ifndef IB_PROTOCOL_INSTRUCTIONS_JSON_H
#define IB_PROTOCOL_INSTRUCTIONS_JSON_H

#include "base/error.h"
#include "core/instructions.h"

#include <jansson.h>

/* null if they were not asked for. */
json_t *ib_instructions_to_json(const struct ib_instructions *);
/* Older versions do not send them: *out, which must be cleared, stays as it is. IB_EINVAL names the missing
 * or invalid field. */
enum ib_status ib_instructions_from_json(const json_t *, struct ib_instructions *out);

#endif
