/* A program outside, in C: the whole of impls/PROTOCOL.md, with plain loops. It computes in double, whatever
 * the type. cc -O3 -o reference reference.c -ljansson -lm          external: {mine: {command: [./reference]}}
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAYERS = 9 };
static size_t layers, width[LAYERS + 1], rows, tests, size; /* size: bytes of an element in files */
static double lr, *x, *y, *x_test, *start[2 * LAYERS],
    *p[2 * LAYERS]; /* parameters w1 b1 w2 b2 …, w in x out */
static double *z[LAYERS + 1],
    *d[LAYERS + 1]; /* rows x width[l]: what enters layer l, and the loss's gradient by it */
static const char *act, *loss, *name[2 * LAYERS];
static size_t length(size_t q)
{
    return (q % 2 ? 1 : width[q / 2]) * width[q / 2 + 1];
}

static double *load(const json_t *path, size_t n) /* the elements of an .npy file */
{
    unsigned char head[10], *bytes = malloc(n * 8 + 1);
    double *v = malloc(n * sizeof *v + 1);
    FILE *file = fopen(json_string_value(path), "rb");
    if (!file || fread(head, 10, 1, file) != 1 || fseek(file, head[8] + 256 * head[9], SEEK_CUR) != 0 ||
        fread(bytes, size, n, file) != n)
        exit(fprintf(stderr, "cannot read %s\n", json_string_value(path)));
    for (size_t i = 0; i < n; i++)
        v[i] = size == 4 ? (double)((float *)bytes)[i] : ((double *)bytes)[i];
    return free(bytes), fclose(file), v;
}

static void save(const char *folder, const char *what, const double *v, size_t r, size_t c, size_t bytes)
{
    char path[4096], head[118];
    snprintf(path, sizeof path, "%s/%s.npy", folder, what);
    snprintf(head, sizeof head, "{'descr': '<f%zu', 'fortran_order': False, 'shape': (%zu, %zu), }", bytes, r,
             c);
    FILE *file = fopen(path, "wb");
    fprintf(file, "\x93NUMPY%c%c%c%c%-117s\n", 1, 0, 118, 0, head);
    for (size_t i = 0; i < r * c; i++)
        fwrite(bytes == 4 ? (void *)&(float){(float)v[i]} : (void *)&v[i], bytes, 1, file);
    fclose(file);
}

static double sigmoid(double v)
{
    return 1 / (1 + exp(-v));
}
static double activate(double v)
{
    return *act == 't' ? tanh(v) : *act == 's' ? sigmoid(v) : v < 0 ? 0 : v;
}
static double slope(double v)
{
    return *act == 't' ? 1 - v * v : *act == 's' ? v * (1 - v) : v > 0;
}

static double *forward(double *from, size_t n) /* n x outputs, for bce logits */
{
    z[0] = from;
    for (size_t l = 0; l < layers; l++)
        for (size_t i = 0, in = width[l], out = width[l + 1]; i < n; i++)
            for (size_t j = 0; j < out; j++) {
                double sum = p[2 * l + 1][j];
                for (size_t k = 0; k < in; k++)
                    sum += z[l][i * in + k] * p[2 * l][k * out + j];
                z[l + 1][i * out + j] = l + 1 < layers ? activate(sum) : sum;
            }
    return z[layers];
}

static double differentiate(void) /* fills in the last d; returns the loss */
{
    const size_t n = rows * width[layers];
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double o = z[layers][i], off = (*loss == 'b' ? sigmoid(o) : o) - y[i];
        sum += *loss == 'b' ? fmax(o, 0) - o * y[i] + log1p(exp(-fabs(o)))
                            : off * off * (*loss == 'h' ? 0.5 : 1);
        d[layers][i] = off * (*loss == 'm' ? 2 : 1) / (double)n;
    }
    return sum / (double)n;
}

static void descend(void)
{
    for (size_t l = layers; l-- > 0;) {
        const size_t in = width[l], out = width[l + 1];
        for (size_t i = 0; l && i < rows; i++)
            for (size_t k = 0; k < in; k++) {
                double sum = 0;
                for (size_t j = 0; j < out; j++)
                    sum += d[l + 1][i * out + j] * p[2 * l][k * out + j];
                d[l][i * in + k] = sum * slope(z[l][i * in + k]);
            }
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < out; j++) {
                p[2 * l + 1][j] -= lr * d[l + 1][i * out + j];
                for (size_t k = 0; k < in; k++)
                    p[2 * l][k * out + j] -= lr * z[l][i * in + k] * d[l + 1][i * out + j];
            }
    }
}

static void take(const json_t *request) /* the problem; it comes once */
{
    const char *type;
    json_t *widths, *params, *paths[3];
    json_int_t n, m;
    act = "";
    if (json_unpack((json_t *)request, "{s:s, s?s, s:s, s:F, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "dtype",
                    &type, "act", &act, "loss", &loss, "lr", &lr, "rows", &n, "test_rows", &m, "layers",
                    &widths, "params", &params, "x", &paths[0], "y", &paths[1], "x_test", &paths[2]) != 0)
        exit(fprintf(stderr, "a problem that cannot be read\n"));
    rows = (size_t)n, tests = (size_t)m, size = strcmp(type, "f32") == 0 ? 4 : 8,
    layers = json_array_size(widths) - 1;
    for (size_t l = 0; l <= layers; l++) {
        width[l] = (size_t)json_integer_value(json_array_get(widths, l));
        z[l] = malloc((rows > tests ? rows : tests) * width[l] * sizeof **z);
        d[l] = malloc(rows * width[l] * sizeof **d);
    }
    x = load(paths[0], rows * width[0]), y = load(paths[1], rows * width[layers]),
    x_test = load(paths[2], tests * width[0]);
    for (size_t q = 0; q < 2 * layers; q++) {
        const json_t *param = json_array_get(params, q);
        name[q] = json_string_value(json_object_get(param, "name"));
        start[q] = load(json_object_get(param, "path"), length(q));
        p[q] = malloc(length(q) * sizeof **p);
    }
}

static void train(const json_t *request, FILE *answers)
{
    const char *folder = json_string_value(json_object_get(request, "out"));
    const size_t epochs = (size_t)json_integer_value(json_object_get(request, "epochs"));
    double *losses = malloc((2 * epochs + 1) * sizeof *losses);
    for (size_t q = 0; q < 2 * layers; q++)
        memcpy(p[q], start[q], length(q) * sizeof **p);
    for (size_t e = 0; e < epochs; e++, descend())
        forward(x, rows), losses[2 * e] = (double)e + 1, losses[2 * e + 1] = differentiate();
    fputs("{\"type\":\"trained\"}\n", answers), fflush(answers); /* from here on nothing is timed */
    double *o = forward(x_test, tests);
    for (size_t i = 0; *loss == 'b' && i < tests * width[layers]; i++)
        o[i] = sigmoid(o[i]);
    save(folder, "predictions", o, tests, width[layers], size);
    for (size_t q = 0; q < 2 * layers; q++)
        save(folder, name[q], p[q], q % 2 ? 1 : width[q / 2], width[q / 2 + 1], size);
    save(folder, "loss", losses, epochs, 2, 8); /* a timed pass does not ask for it, nor mind */
    free(losses);
}

int main(void)
{
    FILE *requests = fdopen(3, "r"), *answers = fdopen(4, "w");
    fputs("{\"type\":\"hello\",\"version\":1}\n", answers), fflush(answers);
    /* Requests are never freed: the texts of the problem live in one. */
    for (json_t *request; (request = json_loadf(requests, JSON_DISABLE_EOF_CHECK, NULL));) {
        const char *type = json_string_value(json_object_get(request, "type"));
        if (strcmp(type, "describe") == 0)
            fputs(
                "{\"type\":\"impls\",\"impls\":[{\"name\":\"reference\",\"available\":true,\"flags\":1}]}\n",
                answers);
        else if (strcmp(type, "problem") == 0)
            take(request), fputs("{\"type\":\"ready\"}\n", answers);
        else
            train(request, answers), fputs("{\"type\":\"done\"}\n", answers);
        fflush(answers);
    }
    return 0;
}
