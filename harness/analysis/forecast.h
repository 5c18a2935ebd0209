/* What a case that copies around every operation would take with its data resident. Its profile, in which
 * every step is waited for, tells which shares of an epoch are copies, launches, the device's own work, and
 * waiting beyond that. A resident training is spared the copies and the waits, and while the device works on
 * one operation the next is handed over: the prediction is the measured time of an epoch times the greater of
 * the shares of launches and work. */
#ifndef IB_ANALYSIS_FORECAST_H
#define IB_ANALYSIS_FORECAST_H

#include "store/run_record.h"

struct ib_forecast {
    double compute_ns, launch_ns; /* of an epoch: what stays */
    double epoch_ns; /* the longer of them: the prediction; NaN: there is no profile to make it from */
};

struct ib_forecast ib_forecast_resident(const struct ib_case_record *case_record);

#endif
