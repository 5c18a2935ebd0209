/* SIGINT and SIGTERM as a flag to test between steps, and as a descriptor to poll. */
#ifndef IB_BASE_INTERRUPT_H
#define IB_BASE_INTERRUPT_H

#include <stdbool.h>

/* Installs the handlers: the signals no longer end the process. */
void ib_interrupt_catch(void);
/* Restores the default handlers. */
void ib_interrupt_release(void);

/* Returns true if a signal has arrived since ib_interrupt_catch. */
bool ib_interrupted(void);
/* Returns a descriptor that becomes readable when a signal arrives; -1 if signals are not caught. */
int ib_interrupt_fd(void);

#endif
