#include "made_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void made_set(json_t *object, const char *name, json_t *value)
{
    for (const char *dot; (dot = strchr(name, '.')); name = dot + 1) {
        json_t *inner = json_object_getn(object, name, (size_t)(dot - name));
        if (!json_is_object(inner)) {
            inner = json_object();
            json_object_setn_new(object, name, (size_t)(dot - name), inner);
        }
        object = inner;
    }
    assert_int_equal(json_object_set_new(object, name, value), 0);
}

static void set_times(json_t *c, double time_ns, double spread)
{
    static const double noise[MADE_ROUNDS] = {1, 2, 1.5, 3, 2.5, 1.2, 1, 4};
    json_t *samples = json_array(), *rounds = json_array(), *disturbed = json_array();
    for (int i = 0; i < MADE_ROUNDS; i++) {
        json_array_append_new(samples, json_real(time_ns * noise[i] * (i % 2 ? spread : 1)));
        json_array_append_new(rounds, json_integer(i + 1));
        json_array_append_new(disturbed, json_null());
    }
    made_set(c, "time.epoch_ns.median", json_real(time_ns));
    made_set(c, "time.epoch_ns.ci_low", json_real(0.9 * time_ns));
    made_set(c, "time.epoch_ns.ci_high", json_real(1.1 * time_ns));
    made_set(c, "time.epoch_ns.samples", samples);
    made_set(c, "time.epoch_ns.rounds", rounds);
    made_set(c, "time.epoch_ns.disturbed", disturbed);
}

json_t *made_case(const char *label, const char *residency, int rows, double time_ns, double spread)
{
    char dataset[32], problem[64], name[64], id[128];
    snprintf(dataset, sizeof dataset, "made_%d", rows);
    snprintf(problem, sizeof problem, "linreg f32 %s", dataset);
    snprintf(name, sizeof name, "%s%s%s", label, strcmp(residency, "host") == 0 ? "" : " ",
             strcmp(residency, "host") == 0 ? "" : residency);
    snprintf(id, sizeof id, "linreg-%s-%s-%s-0123abcd", dataset, label, residency);
    json_t *c = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:s}", "id", id,
                          "model", "linreg", "task", "regression", "dataset", dataset, "problem", problem,
                          "label", label, "name", name, "residency", residency, "dtype", "f32", "status",
                          "ok", "rows", rows, "cols", 32, "epochs", 1000, "impl", label);
    made_set(c, "lr", json_real(0.01));
    made_set(c, "test_rows", json_integer(20));
    made_set(c, "verify.reference", json_string("oracle"));
    made_set(c, "ranked", json_true());
    made_set(c, "simulated", json_false());
    made_set(c, "verify.verdict", json_string("ok"));
    made_set(c, "transfers.as_expected", json_true());
    made_set(c, "time.breakdown_ns", json_null());
    made_set(c, "profile", json_null());
    set_times(c, time_ns, spread);
    return c;
}

json_t *made_split(double transfer, double sync, double compute, double launch)
{
    return json_pack("{s:f, s:f, s:f, s:f}", "transfer", transfer, "sync", sync, "compute", compute, "launch",
                     launch);
}
