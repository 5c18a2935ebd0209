#include "run/hyperfine.h"

#include "base/subprocess.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const char *ib_hyperfine_version(struct ib_arena *arena)
{
    char line[128] = "";
    FILE *out = popen("hyperfine --version 2>/dev/null", "re");
    bool ok = out && fgets(line, sizeof line, out);
    if (out && pclose(out) != 0)
        ok = false;
    line[strcspn(line, "\n")] = '\0';
    return ok ? ib_arena_copy(arena, line) : NULL;
}

static bool read_result(const char *path, struct ib_hyperfine_result *out)
{
    double wall_s, user_s, system_s;
    json_t *document = json_load_file(path, 0, NULL);
    bool ok = json_unpack(document, "{s:[{s:[F], s:F, s:F}]}", "results", "times", &wall_s, "user", &user_s,
                          "system", &system_s) == 0;
    json_decref(document);
    if (ok)
        *out = (struct ib_hyperfine_result){1e9 * wall_s, 1e9 * user_s, 1e9 * system_s};
    return ok;
}

const char *ib_hyperfine_run(struct ib_arena *arena, const struct ib_hyperfine *h,
                             struct ib_hyperfine_result *out)
{
    const char *result = ib_arena_print(arena, "%s/hyperfine.json", h->folder);
    const char *const argv[] = {"hyperfine", "--shell=none",  "--style", "none",     "--runs",
                                "1",         "--export-json", result,    h->command, NULL};
    const struct ib_subprocess process = {.argv = argv,
                                          .folder = h->folder,
                                          .messages = ib_arena_print(arena, "%s/messages", h->folder),
                                          .timeout_ns = h->timeout_ns};
    const char *fault = ib_subprocess_run(arena, &process);
    if (fault || read_result(result, out))
        return fault;
    return "hyperfine wrote no readable result";
}
