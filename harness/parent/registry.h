/* The implementations that a run can choose from, as the parent knows them: by name and description, never by
 * code. Descriptions come from a worker process, so that a library that is missing, crashes or hangs in its
 * probe costs one row, not the program. */
#ifndef IB_PARENT_REGISTRY_H
#define IB_PARENT_REGISTRY_H

#include "base/arena.h"
#include "core/impl_info.h"

/* An external program that speaks the protocol (impls/PROTOCOL.md). */
struct ib_external {
    const char *name; /* of the implementation */
    const char *const
        *command;      /* program and arguments, as ib_worker_process_start takes them; ends with NULL */
    const char *where; /* who named it: file:line, or a flag */
};

struct ib_registry;

/* Could this be a plugin, as far as its path says? IB_EINVAL: not a readable regular file. That is an error
 * of the user; all later ones are the plugin's. */
enum ib_status ib_plugin_check_file(const char *path);

/* Names of impls.def, and those that the plugins (paths, ends with NULL; may be NULL) contain. IB_EINVAL: a
 * path that is not a readable file, or a plugin with a name that is taken. A plugin that cannot be used for
 * any other reason is one implementation, named after its file and unavailable, with that reason. */
enum ib_status ib_registry_open(const char *const *plugins, struct ib_registry **out);
/* The same of another build of this program, by its path: its built-ins, its plugins, and those of the list.
 * IB_EINVAL: it does not speak this program's protocol. */
enum ib_status ib_registry_open_program(const char *program, const char *const *plugins,
                                        struct ib_registry **out);
/* What one plugin brings and nothing else, so that its names may be those of others. */
enum ib_status ib_registry_open_plugin(const char *plugin, struct ib_registry **out);
/* One external program and nothing else. */
enum ib_status ib_registry_open_external(const struct ib_external *, uint64_t timeout_ns,
                                         struct ib_registry **out);
void ib_registry_close(struct ib_registry *);

/* Adds external programs to what there is, n of them. None is asked yet: one that cannot be started, hangs or
 * speaks garbage is an implementation that is unavailable, with the reason. They must outlive the registry;
 * timeout_ns is that of each answer. IB_EINVAL: a name is taken. */
enum ib_status ib_registry_add_externals(struct ib_registry *, const struct ib_external *, size_t n,
                                         uint64_t timeout_ns);

/* Why the first of the plugins that cannot be used cannot; NULL: all can. */
const char *ib_registry_fault(const struct ib_registry *);

/* All names, hidden ones included, in order; ends with NULL. */
const char *const *ib_registry_names(const struct ib_registry *);

/* Asks a worker at the first call for a name. NULL: no such name; but where a plugin cannot be used, an
 * unknown name may be one of its own, and is unavailable for the plugin's reason. Valid until the registry
 * closes. */
const struct ib_impl_info *ib_registry_find(struct ib_registry *, const char *name);

#endif
