/* SIGINT, SIGTERM and SIGHUP as a flag to test between steps, and as a descriptor to poll. */
#ifndef IB_BASE_INTERRUPT_H
#define IB_BASE_INTERRUPT_H

#include <stdbool.h>

/* Installs the handlers: the first of these signals only sets the flag, a second one ends the process.
 * Signals that are ignored, as under nohup, stay ignored. */
void ib_interrupt_catch(void);

/* Sets the flag, as a signal does. */
void ib_interrupt_request(void);

/* Returns true if a signal has arrived since ib_interrupt_catch. */
bool ib_interrupted(void);
/* Returns a descriptor that becomes readable when a signal arrives; -1 if signals are not caught. */
int ib_interrupt_fd(void);

#endif
