#include "verify/too_little.h"

#include "verify/tolerance.h"

#include <math.h>
#include <stdio.h>

/* A factor of a product exceeds what the requested precision holds, though nothing exceeds what f32 holds. An
 * honest answer is infinite or NaN from there on, and one that is not proves nothing. */
static bool products_overflow(const struct ib_trajectory *truth, const struct ib_trajectory *drift,
                              enum ib_products products)
{
    return (double)ib_product_format(products)->largest < ib_largest_safe(IB_F32) && truth->epochs > 0 &&
           isfinite(ib_max_norm(truth->size, truth->params)) &&
           !isfinite(ib_max_norm(truth->size, drift->params));
}

void ib_why_too_little(const struct ib_trajectory *truth, const struct ib_trajectory *drift,
                       enum ib_products products, bool beyond, bool early, char *text, size_t n)
{
    if (products_overflow(truth, drift, products))
        snprintf(text, n, "products in %s overflow, whose factors are at most %g",
                 ib_word_of(ib_products_words, (int)products), (double)ib_product_format(products)->largest);
    else
        snprintf(text, n, "%s",
                 beyond  ? "the training diverges after the epochs that the oracle had time for"
                 : early ? "the training diverges before the result of an update can be compared"
                         : "rounding errors grow too large to compare its end");
}
