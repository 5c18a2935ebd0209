/* Matrices in the memory of the implementation under test, with guard zones around and between their rows. */
#ifndef ARRAY_H
#define ARRAY_H

#include "worker/loader.h"

/* What guard zones are filled with. Read-only operands get NaN, so that whoever reads beyond the matrix
 * spoils his result; written ones get a small negative number, which no operation leaves as it is. */
enum guard { GUARD_NAN = 0xff, GUARD_NUMBER = 0x9a };

struct array {
    const struct ib_instance *owner;
    enum ib_dtype type;
    uint64_t rows, cols, ld;
    size_t front, count;   /* elements before the matrix; elements in all */
    unsigned char *before; /* the bytes that an operation starts with */
    unsigned char *after;  /* the bytes that it leaves; in host memory also where it works */
    void *device;          /* NULL in host memory */
};

/* All bytes, cells too, are set to the guard. */
enum ib_status array_open(const struct ib_instance *owner, enum ib_dtype, uint64_t rows, uint64_t cols,
                          uint64_t ld, enum guard, struct array *out);
void array_close(struct array *);

/* Cells, by row and column: `before` is set, `after` is got. */
void array_set(struct array *, uint64_t i, uint64_t j, double value);
double array_get(const struct array *, uint64_t i, uint64_t j);

/* What an operation would find in the cell: the value set, rounded to the type. */
double array_start(const struct array *, uint64_t i, uint64_t j);

/* Hands `before` to the implementation, and fetches `after` from it. */
enum ib_status array_upload(struct array *);
enum ib_status array_download(struct array *);

struct ib_view array_view(const struct array *);

size_t array_bytes(const struct array *);

/* No byte has changed; none outside of the cells. */
bool array_untouched(const struct array *);
bool array_guards_untouched(const struct array *);

#endif
