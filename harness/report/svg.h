/* Prepares gnuplot's SVG for embedding in a page that contains others. */
#ifndef IB_REPORT_SVG_H
#define IB_REPORT_SVG_H

#include "base/arena.h"

/* Returns the <svg> element of a document (NULL if it has none), with `label` for screen readers, the `names`
 * of its series for the script of pages, one on each line, or NULL, and `prefix` before every id and every
 * reference to one. What stands behind the element are attributes for it. The prolog is dropped, and so are
 * <title> and <desc>, which browsers show as tooltips. */
const char *ib_svg_clean(struct ib_arena *, const char *document, const char *prefix, const char *label,
                         const char *names);

#endif
