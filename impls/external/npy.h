/* Reads and writes f64 arrays in .npy files, for external programs in C. Copy it together with reference.c.
 */
#include <stdio.h>
#include <stdlib.h>

/* Returns the first n elements of a file, in allocated memory; exits if the file is missing or shorter. */
static double *load(const char *path, size_t n)
{
    unsigned char head[10]; /* magic, version, and the length of the header that follows */
    double *values = malloc(n * sizeof *values + 1);
    FILE *file = fopen(path, "rb");
    if (!file || fread(head, 10, 1, file) != 1 || fseek(file, head[8] + 256 * head[9], SEEK_CUR) != 0 ||
        fread(values, sizeof *values, n, file) != n)
        exit(fprintf(stderr, "cannot read %s\n", path));
    fclose(file);
    return values;
}

/* Writes folder/name.npy. */
static void save(const char *folder, const char *name, const double *values, size_t rows, size_t cols)
{
    char path[4096], text[118];
    snprintf(path, sizeof path, "%s/%s.npy", folder, name);
    snprintf(text, sizeof text, "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu, %zu), }", rows,
             cols);
    FILE *file = fopen(path, "wb");
    if (!file)
        exit(fprintf(stderr, "cannot write %s\n", path));
    fprintf(file, "\x93NUMPY%c%c%c%c%-117s\n", 1, 0, 118, 0, text);
    fwrite(values, sizeof *values, rows * cols, file);
    fclose(file);
}
