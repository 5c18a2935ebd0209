/* Processes that children leave behind, such as daemons and the children of a wrapper. They are not in the
 * child's process group, or outlive this process. */
#ifndef IB_BASE_ORPHANS_H
#define IB_BASE_ORPHANS_H

#include <stdbool.h>

/* From now on, what the children of this process leave behind becomes its own child. Does nothing if it
 * already has children: those belong to whoever started this program. */
void ib_orphans_adopt(void);
bool ib_orphans_adopted(void);

/* Kills and reaps all adopted processes. Call while no other child is running. */
void ib_orphans_end(void);

#endif
