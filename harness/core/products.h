/* What products of f32 numbers keep of their factors: the table of reduced precisions, from which tolerances,
 * drift, names and diagnoses follow. Sums and all other operations stay in f32; products of f64 numbers are
 * in f64. */
#ifndef IB_CORE_PRODUCTS_H
#define IB_CORE_PRODUCTS_H

#include "base/text.h"

enum ib_products { IB_PRODUCTS_F32, IB_PRODUCTS_TF32, IB_PRODUCTS_BF16, IB_PRODUCTS_FP16, IB_PRODUCTS_COUNT };
extern const struct ib_word ib_products_words[]; /* f32 tf32 bf16 fp16: values of the option `products` */

/* The numbers that a factor is rounded to. */
struct ib_product_format {
    int bits;       /* of the mantissa, without the leading one */
    float largest;  /* of a larger factor, an infinity is left */
    float smallest; /* the distance of the smallest ones from 0 and from each other */
    bool cut_off; /* hardware may cut factors off; otherwise they are rounded to the nearest, ties to even */
};
const struct ib_product_format *ib_product_format(enum ib_products);

/* The precision that an option and its value ask for (impls/ironbench/impl.h); IB_PRODUCTS_F32 for all other
 * options. Of several, the largest value counts. */
enum ib_products ib_products_of_option(const char *name, const char *value);

#endif
