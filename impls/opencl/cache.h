/* Cache of compiled programs, one file each in ${XDG_CACHE_HOME:-~/.cache}/ironbench/opencl/. The cache
 * never causes an error: if reading or writing fails, the program is compiled again. */
#ifndef IB_CL_CACHE_H
#define IB_CL_CACHE_H

#include <stdbool.h>
#include <stddef.h>

enum { IB_CL_KEY_HEX = 65 };

/* Computes the key of a compiled program: a hash of n NUL-terminated strings, as 64 hexadecimal digits. */
void ib_cl_cache_key(const char *const *strings, size_t n, char key[IB_CL_KEY_HEX]);

/* Returns the binary of a key, to be freed by the caller; NULL if there is none, or its file is damaged or
 * foreign. */
void *ib_cl_cache_load(const char *key, size_t *bytes);

/* Stores a binary, replacing any earlier one atomically. */
void ib_cl_cache_store(const char *key, const void *binary, size_t bytes);

#endif
