/* Finds an implementation in the program or in a shared object, and opens it with its options. Only workers
 * load plugins, because their libraries may crash, hang or start threads. */
#ifndef IB_PLUGIN_LOADER_H
#define IB_PLUGIN_LOADER_H

#include "base/arena.h"
#include "core/case.h"
#include "plugin/abi.h"

/* Loads the implementation of that name. plugin: path of a shared object, NULL for a built-in.
 * IB_EUNAVAILABLE: the object or a library that it needs is missing. IB_EINVAL: not a plugin, another ABI,
 * an unknown name, or an invalid implementation. */
enum ib_status ib_impl_load(const char *name, const char *plugin, const struct ib_impl **out);

/* Loads all implementations of a plugin, or the built-ins (NULL), including invalid ones. Valid until the
 * process ends. */
enum ib_status ib_impls_load(const char *plugin, const struct ib_plugin_tables **out, uint32_t *count);

/* Returns IB_OK, or IB_EUNAVAILABLE with the implementation's reason. */
enum ib_status ib_impl_probe(const struct ib_impl *);

/* An open implementation. */
struct ib_instance {
    const struct ib_impl *impl;
    struct ib_host host;
    const struct ib_setting *settings;
    size_t n_settings;
    void *state;
    char undeclared[64]; /* an option that it read without declaring it; "": none */
};

/* Probes and opens an implementation. `out` must not move while it is open. IB_EINVAL if `open` reads an
 * option that the implementation does not declare. */
enum ib_status ib_instance_open(const struct ib_impl *, const struct ib_setting *settings, size_t n,
                                struct ib_instance *out);
void ib_instance_close(struct ib_instance *);
/* Returns the value of an option, or its default; NULL if it is not declared. */
const char *ib_instance_option(const struct ib_instance *, const char *name);
/* The precision of products that its options ask for. */
enum ib_products ib_instance_products(const struct ib_instance *);

#endif
