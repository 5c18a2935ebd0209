#include "parent/plugin_discovery.h"

#include "base/json_text.h"
#include "parent/worker_process.h"

#include <string.h>

#define ANSWER_TIMEOUT_NS 30000000000u /* a GPU's first initialisation takes seconds */

struct discovery {
    const char *program, *plugin;
    struct ib_worker_process *child; /* NULL: none is running */
};

/* Errors reported by the worker already name the plugin. If the worker itself ended or hung, this adds the
 * plugin, the step and the worker's last line of output. */
static void add_context(const struct discovery *e, const char *where, struct ib_outcome *outcome)
{
    const char *about = e->plugin ? e->plugin : "built-in implementations";
    if (strncmp(outcome->reason, about, strlen(about)) == 0)
        return;
    ib_worker_process_quote(e->child, outcome);
    const struct ib_outcome how = *outcome;
    ib_outcome_set(outcome, how.status, "%s: %s: %s", about, where, how.reason);
}

/* Sends a request about the plugin and returns `field` of the answer. Ends the worker if there is none. */
static bool ask_once(struct discovery *e, json_t *request, const char *where, const char *field, json_t **out,
                     struct ib_outcome *outcome)
{
    json_t *answer = NULL;
    const struct ib_worker_files files = {.plugin = e->plugin};
    bool ok = e->child || ib_worker_start(e->program, NULL, &files, ANSWER_TIMEOUT_NS, &e->child, outcome);
    if (ok)
        ok = ib_worker_process_ask(e->child, json_incref(request), ANSWER_TIMEOUT_NS, &answer, outcome);
    *out = json_incref(json_object_get(answer, field));
    json_decref(answer);
    if (ok && !*out)
        ok = ib_outcome_set(outcome, IB_CASE_FAILED, "its answer lacks `%s`", field);
    if (!ok) {
        add_context(e, where, outcome);
        ib_worker_process_end(e->child);
        e->child = NULL;
    }
    return ok;
}

/* The same, taking the request's reference; again if the worker is killed from outside. */
static bool ask(struct discovery *e, json_t *request, const char *where, const char *field, json_t **out,
                struct ib_outcome *outcome)
{
    struct ib_retry retry = ib_retry_begin();
    bool ok;
    do
        ok = ask_once(e, request, where, field, out, outcome);
    while (!ok && ib_retry_after_kill(&retry));
    json_decref(request);
    return ok;
}

static bool ask_about(struct discovery *e, const char *type, const char *where, json_t *item,
                      struct ib_outcome *outcome)
{
    json_t *said;
    json_t *request = json_pack("{s:s, s:s?, s:O}", "type", type, "plugin", e->plugin, "impl",
                                json_object_get(item, "name"));
    if (!ask(e, request, where, "impl", &said, outcome))
        return false;
    json_object_update(item, said);
    json_decref(said);
    return true;
}

/* Adds what only a call to the implementation can reveal. Workers of older builds sent it all with the table.
 * Failing to list libraries is not an error here: `open` will fail again in the case itself. */
static void probe(struct discovery *e, json_t *item)
{
    struct ib_outcome outcome;
    if (json_object_get(item, "available"))
        return;
    if (!ask_about(e, "probe", "probing it", item, &outcome)) {
        json_object_set_new(item, "available", json_false());
        json_object_set_new(item, "reason", ib_json_text(outcome.reason));
    } else if (json_is_true(json_object_get(item, "available"))) {
        ask_about(e, "libraries", "opening it", item, &outcome);
    }
}

bool ib_discover(const char *program, const char *plugin, json_t **impls, struct ib_outcome *outcome)
{
    struct discovery e = {.program = program, .plugin = plugin};
    json_t *request =
        json_pack("{s:s, s:s?, s:b}", "type", "describe", "plugin", plugin, "tables_only", true);
    size_t i;
    json_t *item;
    bool ok = ask(&e, request, "loading it", "impls", impls, outcome);
    if (ok) {
        json_array_foreach (*impls, i, item)
            probe(&e, item);
    }
    ib_worker_process_end(e.child);
    return ok;
}

static bool describe_external(const char *const *command, uint64_t timeout_ns, json_t **impls,
                              struct ib_outcome *outcome)
{
    struct ib_worker_process *child;
    json_t *answer = NULL;
    bool ok =
        ib_worker_process_start(command, NULL, &(struct ib_worker_files){0}, timeout_ns, &child, outcome) &&
        ib_worker_process_ask(child, json_pack("{s:s}", "type", "describe"), timeout_ns, &answer, outcome) &&
        ib_worker_process_said(answer, "impls", outcome);
    if (!ok)
        ib_worker_process_quote(child, outcome);
    ib_worker_process_end(child);
    *impls = ok ? json_incref(json_object_get(answer, "impls")) : NULL;
    json_decref(answer);
    return ok;
}

bool ib_discover_external(const char *const *command, uint64_t timeout_ns, json_t **impls,
                          struct ib_outcome *outcome)
{
    struct ib_retry retry = ib_retry_begin();
    bool ok;
    do
        ok = describe_external(command, timeout_ns, impls, outcome);
    while (!ok && ib_retry_after_kill(&retry));
    return ok;
}
