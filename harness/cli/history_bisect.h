/* `history bisect`, a part of `history`. */
#ifndef IB_CLI_HISTORY_BISECT_H
#define IB_CLI_HISTORY_BISECT_H

#include "cli/args.h"

extern const struct ib_command ib_history_bisect;

#endif
