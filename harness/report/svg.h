/* gnuplot's SVG, made fit to stand in a page beside others. */
#ifndef IB_REPORT_SVG_H
#define IB_REPORT_SVG_H

#include "base/arena.h"

/* The <svg> element of a document (NULL when it has none), with `label` for those who cannot see it and
 * `prefix` before every id and every reference to one. Its prolog, <title> and <desc>, which browsers show as
 * tooltips, are gone. */
const char *ib_svg_clean(struct ib_arena *, const char *document, const char *prefix, const char *label);

#endif
