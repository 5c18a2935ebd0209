#include "fault.h"

void fault_forgotten_decay(struct fault *fault)
{
    fault_add_steps(fault);
    fault->fused.updates = IB_DOES_WEIGHT_DECAY;
}
