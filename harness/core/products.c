#include "core/products.h"

#include <float.h>
#include <string.h>

const struct ib_word ib_products_words[] = {{"f32", IB_PRODUCTS_F32},
                                            {"tf32", IB_PRODUCTS_TF32},
                                            {"bf16", IB_PRODUCTS_BF16},
                                            {"fp16", IB_PRODUCTS_FP16},
                                            {NULL, 0}};

/* The exponents of tf32 and bf16 are those of f32. */
const struct ib_product_format *ib_product_format(enum ib_products products)
{
    static const struct ib_product_format formats[IB_PRODUCTS_COUNT] = {
        [IB_PRODUCTS_F32] = {23, FLT_MAX, 0x1p-149f, false},
        [IB_PRODUCTS_TF32] = {10, 0x1.ffcp127f, 0x1p-136f, true},
        [IB_PRODUCTS_BF16] = {7, 0x1.fep127f, 0x1p-133f, false},
        [IB_PRODUCTS_FP16] = {10, 65504, 0x1p-24f, false},
    };
    return &formats[products];
}

/* `tf32: true` is the older spelling of `products: tf32`. */
enum ib_products ib_products_of_option(const char *name, const char *value)
{
    int products = IB_PRODUCTS_F32;
    if (strcmp(name, "tf32") == 0 && strcmp(value, "true") == 0)
        return IB_PRODUCTS_TF32;
    if (strcmp(name, "products") == 0)
        ib_word_value(ib_products_words, value, &products);
    return (enum ib_products)products;
}
