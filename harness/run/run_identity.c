#include "run/run_identity.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/paths.h"
#include "machine/machine_info.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct identities {
    struct ib_arena *arena;
    struct ib_identity *list;
    size_t n, capacity;
};

static const struct ib_identity *find(const struct ib_identity *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

static void add(struct identities *identities, const char *name, const char *value)
{
    identities->list = ib_arena_grow(identities->arena, identities->list, sizeof *identities->list,
                                     identities->n, &identities->capacity);
    identities->list[identities->n++] = (struct ib_identity){name, value};
}

/* Adds a file's content to the hash; what is not a file, such as an argument, adds nothing. */
static void hash_file(struct ib_hash *hash, const char *path)
{
    char block[1 << 16];
    struct stat info;
    FILE *file = stat(path, &info) == 0 && S_ISREG(info.st_mode) ? fopen(path, "re") : NULL;
    for (size_t n; file && (n = fread(block, 1, sizeof block, file)) > 0;)
        ib_hash_bytes(hash, block, n);
    if (file)
        fclose(file);
}

static const char *hash_of_file(struct ib_arena *arena, const char *path)
{
    struct ib_hash hash;
    char hex[IB_HASH_HEX];
    ib_hash_begin(&hash);
    hash_file(&hash, path);
    ib_hash_end(&hash, hex);
    return ib_arena_copy(arena, hex);
}

/* The words of a command, and the content of those that are files: of a script with its interpreter. */
static const char *hash_of_command(struct ib_arena *arena, const char *const *command)
{
    struct ib_hash hash;
    char hex[IB_HASH_HEX];
    ib_hash_begin(&hash);
    for (; *command; command++) {
        ib_hash_bytes(&hash, *command, strlen(*command) + 1);
        hash_file(&hash, *command);
    }
    ib_hash_end(&hash, hex);
    return ib_arena_copy(arena, hex);
}

/* Once for each implementation: a plan of many cases has few of them. */
static void add_impl(struct identities *identities, const struct ib_impl_info *info)
{
    struct ib_arena *arena = identities->arena;
    const char *code =
        ib_arena_print(arena, "the %s of %s", info->command ? "program" : "plugin", info->name);
    if ((!info->plugin && !info->command) || find(identities->list, identities->n, code))
        return;
    add(identities, code,
        info->command ? hash_of_command(arena, info->command) : hash_of_file(arena, info->plugin));
    if (info->libraries)
        add(identities, ib_arena_print(arena, "a library of %s", info->name), info->libraries);
}

static struct identities find_identities(struct ib_arena *arena, const struct ib_sweep *sweep)
{
    struct identities out = {.arena = arena};
    struct ib_machine machine;
    ib_machine_describe(arena, &machine);
    add(&out, "the machine", machine.fingerprint ? machine.fingerprint : "");
    add(&out, "ironbench", hash_of_file(arena, "/proc/self/exe"));
    add(&out, "ironbench-worker",
        hash_of_file(arena, ib_arena_print(arena, "/proc/self/fd/%d", ib_worker_fd())));
    add(&out, "the sandbox", machine.sandbox ? machine.sandbox : "none");
    const struct ib_impl_info *last = NULL;
    for (size_t i = 0; i < sweep->matrix.n; i++) {
        const struct ib_impl_info *info = sweep->matrix.cases[i].impl->info;
        if (info != last)
            add_impl(&out, info);
        last = info;
    }
    return out;
}

enum ib_status ib_run_identity_record(struct ib_store *store, const struct ib_sweep *sweep)
{
    struct ib_arena arena = {0};
    const struct identities now = find_identities(&arena, sweep);
    const enum ib_status status = ib_store_put_identities(store, now.list, now.n);
    ib_arena_free(&arena);
    return status;
}

static enum ib_status compare(const struct identities *now, const struct ib_identity *was, size_t n,
                              const char *dir)
{
    for (size_t i = 0; i < now->n; i++) {
        const struct ib_identity *before = find(was, n, now->list[i].name);
        if (before && strcmp(before->value, now->list[i].value) != 0)
            return ib_fail(IB_EINVAL, dir,
                           "cannot be resumed: %s has changed since the run began, and its cases would mix "
                           "rounds of both; start a new run",
                           now->list[i].name);
    }
    return IB_OK;
}

enum ib_status ib_run_identity_check(struct ib_store *store, const struct ib_sweep *sweep, const char *dir)
{
    struct ib_arena arena = {0};
    struct ib_identity *was;
    size_t n;
    enum ib_status status = ib_store_identities(store, &arena, &was, &n);
    if (status == IB_OK) {
        const struct identities now = find_identities(&arena, sweep);
        status = compare(&now, was, n, dir);
    }
    ib_arena_free(&arena);
    return status;
}
