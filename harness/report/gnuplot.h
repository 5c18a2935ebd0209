/* Runs gnuplot, and quotes text for it. */
#ifndef IB_REPORT_GNUPLOT_H
#define IB_REPORT_GNUPLOT_H

#include "base/arena.h"

#include <stdbool.h>

/* Runs a script in a folder, where it finds what it loads. Returns NULL on success, else the reason;
 * `messages` is a file for gnuplot's output. *late is set if gnuplot did not finish in time: then it should
 * not be run again. */
const char *ib_gnuplot_run(struct ib_arena *, const char *folder, const char *script, const char *messages,
                           bool *late);

/* Returns a text as a quoted gnuplot string. */
const char *ib_gnuplot_quote(struct ib_arena *, const char *text);

#endif
