/* SIGINT and SIGTERM as a question that is asked between steps, and as a descriptor that waits can include.
 */
#ifndef IB_BASE_INTERRUPT_H
#define IB_BASE_INTERRUPT_H

#include <stdbool.h>

/* From now on the two signals end nothing by themselves. */
void ib_interrupt_catch(void);
/* Back to the default; a signal then ends the process. */
void ib_interrupt_release(void);

/* Has one come since ib_interrupt_catch? */
bool ib_interrupted(void);
/* Becomes readable when one comes; -1 when they are not caught. */
int ib_interrupt_fd(void);

#endif
