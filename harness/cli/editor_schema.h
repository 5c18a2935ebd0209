/* The JSON Schema of configurations, for the editor that opens one: by a path that holds after the project
 * was moved, or on another machine. */
#ifndef IB_CLI_EDITOR_SCHEMA_H
#define IB_CLI_EDITOR_SCHEMA_H

#include "base/arena.h"
#include "ironbench/impl.h"

#define IB_EDITOR_SCHEMA "ironbench.schema.json"

/* The path from `folder`, which a configuration is in: to the file of ironbench if the folder is one of
 * ironbench's own, else to IB_EDITOR_SCHEMA next to the configuration. */
const char *ib_editor_schema_path(struct ib_arena *, const char *folder);
/* Writes IB_EDITOR_SCHEMA to `folder`, unless that is there or not needed; *written tells. IB_EIO. */
enum ib_status ib_editor_schema_write(struct ib_arena *, const char *folder, bool *written);

#endif
