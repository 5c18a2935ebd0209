/* Predicts what a case that copies around every operation would take with its data resident. Its profile,
 * which waits after every step, gives the shares of an epoch that are copies, launches, the device's own
 * work, and waiting beyond that. A resident training saves at least the copies. At best it also submits the
 * next operation while the device works, so that nothing remains but the larger of the shares of launches and
 * work. */
#ifndef IB_ANALYSIS_RESIDENT_FORECAST_H
#define IB_ANALYSIS_RESIDENT_FORECAST_H

#include "store/run_record.h"

struct ib_forecast {
    double compute_ns, launch_ns; /* the device's own work, and launches, in the median epoch */
    /* The prediction, per epoch: the best case at the lower end of the epoch's 95 % interval, and saving only
     * the copies at its upper end. NaN: there is no profile, or no interval. */
    double low_ns, high_ns;
};

struct ib_forecast ib_forecast_resident(const struct ib_case_record *case_record);

#endif
