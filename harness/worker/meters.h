/* What is read before and after timed trainings, apart from clocks: the health of a device, and energy if
 * that is asked for. A device's counter is read with its health, around all trainings of a request, because
 * it advances slowly; those of the processor's packages around each training, so that nothing else counts. */
#ifndef IB_WORKER_METERS_H
#define IB_WORKER_METERS_H

#include "core/energy.h"
#include "plugin/loader.h"
#include "protocol/messages.h"
#include "worker/powercap.h"

struct ib_meters {
    const struct ib_instance *instance;
    bool energy, on_device;
    struct ib_powercap packages;
    uint64_t device_mj, device_ns; /* the device's counter, and when it was read; 0: unknown */
    struct ib_energy sum;
};

/* Before the trainings of a request. What the device says of the time before is discarded. */
void ib_meters_begin(struct ib_meters *, const struct ib_instance *, enum ib_residency, bool energy);
/* Around each training, outside of its clock. */
void ib_meters_training_begin(struct ib_meters *);
void ib_meters_training_end(struct ib_meters *, uint64_t took_ns);
/* After all of them: sets health and energy of the result. */
void ib_meters_end(struct ib_meters *, struct ib_pass_result *out);

void ib_meters_close(struct ib_meters *);

#endif
