/* Words: the names of enumerations, the nearest name to a misspelt one, globs, numbers read strictly. */
#ifndef IB_BASE_TEXT_H
#define IB_BASE_TEXT_H

#include "ironbench/impl.h"

/* A word and its value; a table of these ends with a NULL word. */
struct ib_word {
    const char *word;
    int value;
};

extern const struct ib_word ib_dtype_words[]; /* f32 f64 */
extern const struct ib_word ib_act_words[];   /* relu tanh sigmoid */
extern const struct ib_word ib_loss_words[];  /* half_mse mse bce */

/* The word for a value; "?" when there is none. */
const char *ib_word_of(const struct ib_word *table, int value);
/* The value of a word; false when the table has none such. */
bool ib_word_value(const struct ib_word *table, const char *word, int *out);
/* "a, b or c": the words of a table, for messages. Written to text[n], which it also returns. */
const char *ib_word_list(const struct ib_word *table, char *text, size_t n);

/* "a, b or c" of a list of names that ends with NULL. */
const char *ib_name_list(const char *const *names, char *text, size_t n);

/* The candidate that `name` was most likely meant to be (edit distance up to a third of its length, at least
 * 2); NULL when none is near. `candidates` ends with NULL. */
const char *ib_nearest(const char *name, const char *const *candidates);
/* " (did you mean `NEAREST`?)", or "" when none is near. Written to text[n], which it also returns. */
const char *ib_hint(const char *name, const char *const *candidates, char *text, size_t n);

/* Whole-string glob with '*' and '?'. */
bool ib_glob(const char *pattern, const char *text);

/* A number, and nothing beside it. false: not one, or out of the type's range. NaN and infinities are not
 * numbers. */
bool ib_parse_u64(const char *text, uint64_t *out);
bool ib_parse_i64(const char *text, int64_t *out);
bool ib_parse_f64(const char *text, double *out);
/* "1%" or "0.01": a share above 0 and below 1. */
bool ib_parse_share(const char *text, double *out);

/* In as few digits as give the same number again: "0.1". Written to text[n], which it also returns. */
const char *ib_print_real(double value, char *text, size_t n);

/* "12.3 ms", "4.56 µs": a duration in nanoseconds with three significant digits and its unit. */
const char *ib_print_ns(double ns, char *text, size_t n);
/* The unit that ib_print_ns takes for a duration, and its length in nanoseconds. */
const char *ib_unit_of_ns(double ns, double *unit_ns);
/* "1.21 MB", "80 bytes": decimal units. */
const char *ib_print_bytes(double bytes, char *text, size_t n);

#endif
