/* Combinations of a model, its loss and data that no implementation can train. */
#ifndef IB_CONFIG_IMPOSSIBLE_H
#define IB_CONFIG_IMPOSSIBLE_H

#include "core/case.h"

enum { IB_REASON_BYTES = 512 };

/* Returns whether a case, whose axes are set, is impossible, with the reason. */
bool ib_case_is_impossible(const struct ib_case *, char reason[IB_REASON_BYTES]);

#endif
