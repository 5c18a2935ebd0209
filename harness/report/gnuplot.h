/* Running gnuplot, and its language's text. */
#ifndef IB_REPORT_GNUPLOT_H
#define IB_REPORT_GNUPLOT_H

#include "base/arena.h"

/* Runs a script to its end. NULL when that went well, else why not; `messages` is a file for what gnuplot
 * says. */
const char *ib_gnuplot_run(struct ib_arena *, const char *script, const char *messages);

/* A text as a literal of gnuplot's, in quotes. */
const char *ib_gnuplot_quote(struct ib_arena *, const char *text);

#endif
