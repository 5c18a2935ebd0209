/* SIGINT, SIGTERM and SIGHUP as a flag that is read between steps, and as a descriptor that waits can
 * include. */
#ifndef IB_BASE_INTERRUPT_H
#define IB_BASE_INTERRUPT_H

#include <stdbool.h>

/* From now on the first of these signals only sets the flag; a second one ends the process. Signals that are
 * ignored, as under nohup, stay ignored. */
void ib_interrupt_catch(void);

/* Sets the flag, as a signal does. */
void ib_interrupt_request(void);

/* Is the flag set? */
bool ib_interrupted(void);
/* Becomes readable with the flag; -1 when signals are not caught. */
int ib_interrupt_fd(void);

#endif
