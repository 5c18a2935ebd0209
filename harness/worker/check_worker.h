/* `check` requests in the worker: open an implementation and check one part of it. A request contains impl,
 * plugin and options, like a problem, and the `part`:
 *
 *   offer                         -> {operations: [...], gradient, device, fused, capture}
 *   memory                        -> {checks, wrong, pattern}
 *   operation {operation, dtype, quick} -> {checks, wrong, shape, pattern, where, operand, element, got,
 *                                     expected, text}; element, got and expected only if a cell is wrong
 *   gradient {act, loss}          -> {checks, wrong, pattern, text} */
#ifndef IB_WORKER_CHECK_WORKER_H
#define IB_WORKER_CHECK_WORKER_H

#include "opcheck/op_check.h"

#include <jansson.h>

/* Calls `started` before each test of an operation. A status other than IB_OK means that the implementation
 * reported an error or the request is invalid. */
enum ib_status ib_check_worker_answer(const json_t *request, ib_op_test_started_fn *started, json_t **answer);

#endif
