/* Predicts what a case that copies around every operation would take with its data resident. Its profile,
 * which waits after every step, gives the shares of an epoch that are copies, launches, the device's own
 * work, and waiting beyond that. A resident training avoids the copies and the waits, and submits the next
 * operation while the device works: the prediction is the measured time per epoch times the larger of the
 * shares of launches and work. */
#ifndef IB_ANALYSIS_RESIDENT_FORECAST_H
#define IB_ANALYSIS_RESIDENT_FORECAST_H

#include "store/run_record.h"

struct ib_forecast {
    double compute_ns, launch_ns; /* the parts of an epoch that remain */
    double epoch_ns;              /* the prediction: the longer of the two; NaN: no profile */
};

struct ib_forecast ib_forecast_resident(const struct ib_case_record *case_record);

#endif
