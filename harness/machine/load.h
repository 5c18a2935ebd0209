/* How much of the processors other programs use. */
#ifndef IB_MACHINE_LOAD_H
#define IB_MACHINE_LOAD_H

/* The number of processors that were busy over a short while, in which this process waits; 0 on a machine
 * that has been idle for a minute (then it does not wait), or where it is unknown. Source: proc(5),
 * /proc/stat and /proc/loadavg. */
double ib_busy_processors(void);

#endif
