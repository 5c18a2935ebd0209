/* `check` requests, on the worker's side: an implementation is opened and one thing about it examined. A
 * request names impl, plugin and options as a problem does, and in `part` what is asked:
 *
 *   offer                         -> {operations: [...], gradient, device, fused, capture}
 *   memory                        -> {checks, wrong, pattern}
 *   operation {operation, dtype, quick} -> {checks, wrong, shape, pattern, where, operand, element, got,
 *                                     expected, text}; element, got and expected only where a cell is wrong
 *   gradient {act, loss}          -> {checks, wrong, pattern, text} */
#ifndef IB_WORKER_CHECK_WORKER_H
#define IB_WORKER_CHECK_WORKER_H

#include "opcheck/op_check.h"

#include <jansson.h>

/* `started` is called before each trial of an operation. A status other than IB_OK: the implementation
 * reported an error, or the request is malformed. */
enum ib_status ib_check_worker_answer(const json_t *request, ib_op_test_started_fn *started, json_t **answer);

#endif
