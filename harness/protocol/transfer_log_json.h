/* Transfer logs as JSON. Phases, operations and tensors are sent by name, because parent and worker may be
 * different builds. An unknown operation becomes "other", so that its copies are still counted. A tensor
 * keeps its name, unless it is too long for the log. Private to protocol/. */
#ifndef IB_PROTOCOL_TRANSFER_LOG_JSON_H
#define IB_PROTOCOL_TRANSFER_LOG_JSON_H

#include "train/transfer_log.h"

#include <jansson.h>

json_t *ib_transfer_log_to_json(const struct ib_transfer_log *);
enum ib_status ib_transfer_log_from_json(const json_t *, struct ib_transfer_log *out);

/* [h2d_count, h2d_bytes, d2h_count, d2h_bytes] */
json_t *ib_traffic_to_json(const struct ib_traffic *);
enum ib_status ib_traffic_from_json(const json_t *, struct ib_traffic *out);

enum ib_op ib_op_from_json(const char *name);
/* Looks up a tensor's index, adding the tensor if it is new. */
enum ib_status ib_tensor_from_json(const char *name, struct ib_transfer_log *log, uint32_t *out);

#endif
