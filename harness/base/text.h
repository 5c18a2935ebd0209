/* Text utilities: names of enumerators, suggestions for misspelt names, globs, shortening, strict parsing and
 * printing of numbers. */
#ifndef IB_BASE_TEXT_H
#define IB_BASE_TEXT_H

#include "ironbench/impl.h"

#include <stdarg.h>
#include <string.h>

/* A word and its value. Tables end with a NULL word. */
struct ib_word {
    const char *word;
    int value;
};

extern const struct ib_word ib_dtype_words[];     /* f32 f64; u32 is for row numbers alone */
extern const struct ib_word ib_act_words[];       /* relu tanh sigmoid */
extern const struct ib_word ib_loss_words[];      /* half_mse mse bce ce */
extern const struct ib_word ib_optimizer_words[]; /* sgd momentum adam */
extern const struct ib_word ib_update_words[];    /* enum ib_updates: momentum adam weight_decay batch */

/* The size of an element. */
static inline size_t ib_dtype_bytes(enum ib_dtype type)
{
    return type == IB_F64 ? sizeof(double) : sizeof(float); /* u32 is as large as f32 */
}

/* Returns the word for a value; "?" if there is none. */
const char *ib_word_of(const struct ib_word *table, int value);
/* Looks up the value of a word; returns false if the table does not contain it. */
bool ib_word_value(const struct ib_word *table, const char *word, int *out);
/* Writes the words of a table to text[n] as "a, b or c", for messages. Returns text. */
const char *ib_word_list(const struct ib_word *table, char *text, size_t n);

/* The same for a list of names that ends with NULL. */
const char *ib_name_list(const char *const *names, char *text, size_t n);

/* Returns the candidate nearest to `name`, within an edit distance of a third of its length (at least 2);
 * NULL if there is none. `candidates` ends with NULL. */
const char *ib_nearest(const char *name, const char *const *candidates);
/* Writes " (did you mean `NEAREST`?)", or "" without a near candidate, to text[n]. Returns text. */
const char *ib_hint(const char *name, const char *const *candidates, char *text, size_t n);

/* "" for one, "s" for any other number of things. */
static inline const char *ib_plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* Copies a text of `length` bytes to out[n]. One that does not fit keeps its start and its end, "start…end",
 * and is never cut within a character. Returns out. */
const char *ib_shorten(const char *text, size_t length, char *out, size_t n);
/* The same for a name that a user chose, in a buffer of the enclosing block. */
enum { IB_SHORT_BYTES = 80 };
#define IB_SHORT(name) ib_shorten(name, strlen(name), (char[IB_SHORT_BYTES]){0}, IB_SHORT_BYTES)
/* vsnprintf, but a text that does not fit is shortened, as by ib_shorten: its end is often the reason. */
void ib_print_shortened(char *out, size_t n, const char *format, va_list arguments);

/* The first line in which two texts differ, without its end; line: from 1, 0 if they are equal. */
struct ib_text_change {
    unsigned line;
    const char *old, *new;
    int old_length, new_length;
};
struct ib_text_change ib_text_first_change(const char *old, const char *new);

/* Matches the whole text against a glob with '*' and '?'. */
bool ib_glob(const char *pattern, const char *text);

/* Parse the whole text as a number. Return false if it is not one or is out of the type's range. NaN and
 * infinities are rejected. */
bool ib_parse_u64(const char *text, uint64_t *out);
bool ib_parse_i64(const char *text, int64_t *out);
bool ib_parse_f64(const char *text, double *out);
/* Parses a fraction above 0 and below 1: "1%" or "0.01". */
bool ib_parse_share(const char *text, double *out);

/* Writes the value to text[n] with as few digits as still identify it: "0.1". Returns text. */
const char *ib_print_real(double value, char *text, size_t n);

/* "12.3 ms", "4.56 µs": a duration in nanoseconds with three significant digits and its unit. */
const char *ib_print_ns(double ns, char *text, size_t n);
/* "25 s", "3.5 minutes", "2.1 hours": a duration that someone waits. */
const char *ib_print_wait(double ns, char *text, size_t n);
/* Returns the unit that ib_print_ns uses for a duration, and sets its length in nanoseconds. */
const char *ib_unit_of_ns(double ns, double *unit_ns);
/* "1.21 MB", "80 bytes": decimal units. */
const char *ib_print_bytes(double bytes, char *text, size_t n);

#endif
