/* The implementations available to a run: names and descriptions, never code. Descriptions come from a worker
 * process, so that a library that is missing, crashes or hangs in its probe makes one implementation
 * unavailable and leaves the program running. */
#ifndef IB_PARENT_REGISTRY_H
#define IB_PARENT_REGISTRY_H

#include "base/arena.h"
#include "core/impl_info.h"

/* An external program that speaks the protocol (impls/PROTOCOL.md). */
struct ib_external {
    const char *name;           /* of the implementation */
    const char *const *command; /* program and arguments, as for ib_worker_process_start; ends with NULL */
    const char *where;          /* where it was given: file:line, or a flag */
};

struct ib_registry;

/* Checks that a plugin path is a readable regular file; IB_EINVAL otherwise. That is a user error; all later
 * errors are the plugin's. */
enum ib_status ib_plugin_check_file(const char *path);

/* Opens a registry of the names in impls.def and those of the plugins (paths, ends with NULL; may be NULL).
 * IB_EINVAL: a path is not a readable file, or a plugin uses a name that is taken. A plugin that cannot be
 * used for any other reason is listed as one unavailable implementation, named after its file. */
enum ib_status ib_registry_open(const char *const *plugins, struct ib_registry **out);
/* The same for another build of this program, given by path: its built-ins, its plugins and those in the
 * list. IB_EINVAL: it does not speak this program's protocol. */
enum ib_status ib_registry_open_program(const char *program, const char *const *plugins,
                                        struct ib_registry **out);
/* One plugin and nothing else, so that its names cannot clash. */
enum ib_status ib_registry_open_plugin(const char *plugin, struct ib_registry **out);
/* One external program and nothing else. */
enum ib_status ib_registry_open_external(const struct ib_external *, uint64_t timeout_ns,
                                         struct ib_registry **out);
void ib_registry_close(struct ib_registry *);

/* Adds n external programs, which must outlive the registry. They are started only when looked up; one that
 * cannot be started, hangs or sends garbage is unavailable, with the reason. timeout_ns applies to each
 * answer. IB_EINVAL: a name is taken. */
enum ib_status ib_registry_add_externals(struct ib_registry *, const struct ib_external *, size_t n,
                                         uint64_t timeout_ns);

/* Fails if a worker could not be asked because none can be started: then what the lookups have returned says
 * nothing about the implementations. */
enum ib_status ib_registry_check_workers(const struct ib_registry *);

/* The reason why the first unusable plugin cannot be used; NULL if all can. */
const char *ib_registry_fault(const struct ib_registry *);

/* All names in order, including hidden ones; ends with NULL. */
const char *const *ib_registry_names(const struct ib_registry *);

/* Looks up a name; the first call for a source asks a worker. Returns NULL for an unknown name. If a plugin
 * cannot be used, the name may be one of its own: then returns an unavailable entry with the plugin's reason.
 * Valid until the registry closes. */
const struct ib_impl_info *ib_registry_find(struct ib_registry *, const char *name);

#endif
