/* The worker's side of measuring the machine's limits. */
#ifndef IB_WORKER_LIMITS_WORKER_H
#define IB_WORKER_LIMITS_WORKER_H

#include "ironbench/impl.h"

#include <jansson.h>

/* Answers `limits`: {seconds} for the host, or {impl, plugin, threads} for an implementation, opened with its
 * option `threads` unless that is 0. The answer: limits {rates} of limits/rate.h. */
enum ib_status ib_limits_worker_answer(const json_t *request, json_t **answer);

#endif
