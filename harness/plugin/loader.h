/* The worker's side of the registry: finds an implementation's table, in the program or in a shared object,
 * and opens it with its options. Only workers load plugins: the libraries behind them may crash, hang or spin
 * up threads. */
#ifndef IB_PLUGIN_LOADER_H
#define IB_PLUGIN_LOADER_H

#include "base/arena.h"
#include "core/case.h"
#include "plugin/abi.h"

/* The implementation of that name. plugin: path of a shared object, NULL for a built-in. IB_EUNAVAILABLE: the
 * object or a library that it needs is missing; IB_EINVAL: no plugin, another ABI, no such name in it, or an
 * implementation that lacks what it must have. */
enum ib_status ib_impl_load(const char *name, const char *plugin, const struct ib_impl **out);

/* All implementations of a plugin, or the built-ins (NULL), also those that have a fault. Valid until the
 * process ends. */
enum ib_status ib_impls_load(const char *plugin, const struct ib_plugin_tables **out, uint32_t *count);

/* IB_OK, or IB_EUNAVAILABLE with what the implementation says about this machine. */
enum ib_status ib_impl_probe(const struct ib_impl *);

/* An opened implementation. */
struct ib_instance {
    const struct ib_impl *impl;
    struct ib_host host;
    const struct ib_setting *settings;
    size_t n_settings;
    void *state;
    char undeclared[64]; /* an option that it asked for without declaring it; "": none */
};

/* Probes and opens. `out` must not move while it is open. IB_EINVAL also where `open` asks for an option that
 * the implementation does not declare. */
enum ib_status ib_instance_open(const struct ib_impl *, const struct ib_setting *settings, size_t n,
                                struct ib_instance *out);
void ib_instance_close(struct ib_instance *);
/* The value of an option: what was set, else the default; NULL where it is not declared. */
const char *ib_instance_option(const struct ib_instance *, const char *name);

#endif
