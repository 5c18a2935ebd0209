/* Compiled programs on disk: one file each in ${XDG_CACHE_HOME:-~/.cache}/ironbench/opencl/. A cache is never
 * an error: what cannot be read is compiled, what cannot be written is compiled again next time. */
#ifndef IB_CL_CACHE_H
#define IB_CL_CACHE_H

#include <stdbool.h>
#include <stddef.h>

enum { IB_CL_KEY_HEX = 65 };

/* What a compiled program depends on, as 64 hexadecimal digits: a hash over n strings, each with its end. */
void ib_cl_cache_key(const char *const *strings, size_t n, char key[IB_CL_KEY_HEX]);

/* The binary of that key, to be freed by the caller; NULL where there is none, or where its file is damaged
 * or not of this program. */
void *ib_cl_cache_load(const char *key, size_t *bytes);

/* Keeps a binary, in place of any before; a reader sees the old one or the new one. */
void ib_cl_cache_store(const char *key, const void *binary, size_t bytes);

#endif
