#include "verify/prediction_fit.h"

#include "base/error.h"
#include "oracle/oracle.h"
#include "verify/tolerance.h"

#include <math.h>
#include <stdlib.h>

/* Whether the features do not matter: all rows have the same outputs, or the only one has 0. Then a
 * prediction that forgets the product is right, too, or one that does nothing. */
static bool is_flat(const struct ib_training_spec *spec, const double *predictions)
{
    const uint64_t outputs = ib_network_outputs(&spec->net), n = ib_training_spec_predictions(spec);
    if (n == outputs)
        return ib_max_norm(n, predictions) == 0;
    for (uint64_t i = outputs; i < n; i++)
        if (predictions[i] != predictions[i - outputs])
            return false;
    return true;
}

/* expected: predictions of the parameters; rounded: the same, rounded as an implementation may. */
static struct ib_prediction_fit compare(const struct ib_training_spec *spec, enum ib_products products,
                                        const double *params, const double *predictions,
                                        const double *expected, const double *rounded)
{
    const uint64_t n = ib_training_spec_predictions(spec);
    const double largest =
        ib_larger(ib_max_norm(n, expected), ib_max_norm(ib_network_size(&spec->net), params));
    struct ib_prediction_fit fit = {.error = NAN};
    uint64_t unused;
    if (n == 0 || !(largest <= ib_largest_safe(spec->dtype)))
        return fit;
    const double drift = ib_distance(n, rounded, expected, rounded, &unused);
    fit.error = ib_distance(n, predictions, expected, rounded, &fit.where);
    fit.wrong = !(fit.error <= ib_tolerance_with(spec->dtype, products, 1, drift));
    fit.judged = fit.wrong || !is_flat(spec, expected);
    fit.expected = expected[fit.where];
    return fit;
}

enum ib_status ib_prediction_fit(const struct ib_training_spec *spec, enum ib_products products,
                                 const double *params, const double *x_test, const double *predictions,
                                 struct ib_prediction_fit *out)
{
    const uint64_t n = ib_training_spec_predictions(spec);
    double *expected = malloc((2 * n + 1) * sizeof *expected), *rounded = expected + n;
    if (!expected)
        return ib_fail(IB_ENOMEM, "oracle", "out of memory for %llu predictions", (unsigned long long)n);
    ib_oracle_predict(&spec->net, params, spec->test_rows, x_test, expected);
    ib_oracle_predict_rounded(&spec->net, params, spec->dtype, products, spec->test_rows, x_test, rounded);
    *out = compare(spec, products, params, predictions, expected, rounded);
    free(expected);
    return IB_OK;
}

bool ib_predictions_fit(const struct ib_training_spec *spec, const double *params, const double *x_test,
                        const double *predictions, double *error)
{
    struct ib_prediction_fit fit = {.error = NAN, .wrong = true};
    const enum ib_status status = ib_prediction_fit(spec, IB_PRODUCTS_F32, params, x_test, predictions, &fit);
    *error = fit.error;
    return status == IB_OK && !fit.wrong;
}
