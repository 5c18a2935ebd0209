/* What was measured of this machine and is kept for later: a JSON file of each kind in the user's cache
 * folder. */
#ifndef IB_MACHINE_KEPT_H
#define IB_MACHINE_KEPT_H

#include "machine/machine_info.h"

#include <jansson.h>

struct ib_kept_kind {
    const char *name;     /* "limits": of the file */
    const char *variable; /* "IRONBENCH_LIMITS": names the file instead; "" stands for none */
    const char *subject;  /* "the limits" of this machine */
    const char *were;     /* "were": the verb that goes with it */
    const char *remedy;   /* "`ironbench doctor --limits` measures them" */
    int schema;
};

enum ib_kept_state {
    IB_KEPT_KNOWN,
    IB_KEPT_ABSENT,  /* not measured yet */
    IB_KEPT_FOREIGN, /* of another machine */
    IB_KEPT_DAMAGED  /* the file cannot be read */
};

/* The file: that of the variable if it is set; otherwise ${XDG_CACHE_HOME:-~/.cache}/ironbench/
 * NAME-FINGERPRINT.json. NULL: there is none, or no such folder. */
const char *ib_kept_path(struct ib_arena *, const struct ib_kept_kind *, const struct ib_machine *);

/* *out is the file's contents, to be released; NULL if it is absent or cannot be read. *why: a sentence about
 * any state but the first, with the remedy. */
enum ib_kept_state ib_kept_load(struct ib_arena *, const struct ib_kept_kind *, const struct ib_machine *,
                                const char *path, json_t **out, const char **why);
/* The sentence about a file whose contents are not as expected: ib_error_text says how. */
const char *ib_kept_damaged(struct ib_arena *, const struct ib_kept_kind *);

/* A new object with what every kind has: schema, machine, when it was measured (UTC, ISO 8601), version. */
json_t *ib_kept_json(const struct ib_kept_kind *, const struct ib_machine *, const char *measured);
/* When it was measured, in the arena. */
const char *ib_kept_measured(struct ib_arena *, const json_t *);
const char *ib_kept_now(struct ib_arena *);

/* Replaces the file atomically, and makes its folders. IB_EIO, also if path is NULL. */
enum ib_status ib_kept_save(const struct ib_kept_kind *, const char *path, const json_t *);

#endif
