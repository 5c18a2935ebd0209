/* Whole gradients: a network of two layers, forward and backward over the operations of an implementation,
 * against central differences of its own loss. */
#ifndef GRADIENT_H
#define GRADIENT_H

#include "worker/loader.h"

/* text[n] becomes "" where every derivative agrees, else the first that does not. A status other than IB_OK:
 * the implementation reported an error. */
enum ib_status gradient_run(const struct ib_instance *, enum ib_act, enum ib_loss, char *text, size_t n);

/* All that gradient_run needs is offered. */
bool gradient_offered(const struct ib_tensor_ops *);

#endif
