/* An external program in C: impls/PROTOCOL.md on one page, for models with one layer and one output, in
 * f64. */
#include "npy.h"
#include <jansson.h>
#include <math.h>
#include <string.h>

static size_t rows, tests, in, bce;        /* bce: 1 for the loss bce, 0 for half_mse */
static double lr, *x, *y, *x_test, *w, *b; /* w and b: the start parameters */
static char names[2][16];                  /* theirs */

static double output(const double *row, const double *p) /* p: weights, then the bias; logits for bce */
{
    double sum = p[in];
    for (size_t j = 0; j < in; j++)
        sum += row[j] * p[j];
    return sum;
}

static double epoch(double *p) /* one step of gradient descent; returns the loss before it */
{
    double loss = 0, gradient[in + 1];
    memset(gradient, 0, sizeof gradient);
    for (size_t i = 0; i < rows; i++) {
        const double o = output(x + i * in, p), off = (bce ? 1 / (1 + exp(-o)) : o) - y[i];
        loss += bce ? fmax(o, 0) - o * y[i] + log1p(exp(-fabs(o))) : off * off / 2;
        for (size_t j = 0; j <= in; j++)
            gradient[j] += off * (j < in ? x[i * in + j] : 1);
    }
    for (size_t j = 0; j <= in; j++)
        p[j] -= lr * gradient[j] / (double)rows;
    return loss / (double)rows;
}

static const char *take(json_t *problem) /* returns NULL if the problem is supported, otherwise the reason */
{
    const char *type, *loss, *at[5], *name[2];
    json_int_t n[4]; /* training rows, test rows, columns, outputs */
    if (json_unpack(problem,
                    "{s:s, s:s, s:F, s:I, s:I, s:[I, I!], s:s, s:s, s:s, s:[{s:s, s:s}, {s:s, s:s}]}",
                    "dtype", &type, "loss", &loss, "lr", &lr, "rows", n, "test_rows", n + 1, "layers", n + 2,
                    n + 3, "x", at, "y", at + 1, "x_test", at + 2, "params", "path", at + 3, "name", name,
                    "path", at + 4, "name", name + 1) != 0 ||
        n[3] != 1 || strcmp(type, "f64") != 0 || strcmp(loss, "mse") == 0)
        return "this program supports one layer, one output, f64, and the losses half_mse and bce";
    rows = (size_t)n[0], tests = (size_t)n[1], in = (size_t)n[2], bce = strcmp(loss, "bce") == 0;
    x = load(at[0], rows * in), y = load(at[1], rows), x_test = load(at[2], tests * in);
    w = load(at[3], in), b = load(at[4], 1);
    for (int i = 0; i < 2; i++)
        snprintf(names[i], sizeof names[i], "%s", name[i]);
    return NULL;
}

static void train(const json_t *request, FILE *out)
{
    const char *folder = json_string_value(json_object_get(request, "out"));
    const size_t epochs = (size_t)json_integer_value(json_object_get(request, "epochs"));
    double p[in + 1], *losses = malloc(2 * epochs * sizeof *losses), *o = malloc(tests * sizeof *o);
    memcpy(p, w, in * sizeof *p), p[in] = *b; /* every training begins with the start parameters */
    for (size_t e = 0; e < epochs; e++)
        losses[2 * e] = (double)e + 1, losses[2 * e + 1] = epoch(p);
    fputs("{\"type\":\"trained\"}\n", out); /* the clock stops here */
    for (size_t i = 0; i < tests; i++)
        o[i] = output(x_test + i * in, p), o[i] = bce ? 1 / (1 + exp(-o[i])) : o[i];
    save(folder, names[0], p, in, 1), save(folder, names[1], p + in, 1, 1);
    save(folder, "predictions", o, tests, 1);
    save(folder, "loss", losses, epochs, 2); /* only checked passes need it; timed ones ignore it */
    fputs("{\"type\":\"done\"}\n", out), free(losses), free(o);
}

int main(void)
{
    FILE *requests = fdopen(3, "r"), *out = fdopen(4, "w");
    setvbuf(out, NULL, _IOLBF, 0); /* send each answer immediately */
    fputs("{\"type\":\"hello\",\"version\":1}\n", out);
    for (json_t *r; (r = json_loadf(requests, JSON_DISABLE_EOF_CHECK, NULL)); json_decref(r)) {
        const char *type = json_string_value(json_object_get(r, "type")), *why = NULL;
        if (strcmp(type, "describe") == 0)
            fputs("{\"type\":\"impls\",\"impls\":[{\"name\":\"c\",\"available\":true,\"flags\":1}]}\n", out);
        else if (strcmp(type, "train") == 0)
            train(r, out);
        else if ((why = take(r))) /* the type is `problem` */
            fprintf(out, "{\"type\":\"error\",\"status\":\"unsupported\",\"message\":\"%s\"}\n", why);
        else
            fputs("{\"type\":\"ready\"}\n", out);
    }
}
