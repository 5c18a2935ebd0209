/* An OpenCL layer that makes a device worse than it is: named by OPENCL_LAYERS, and told what to do by
 * IRONBENCH_TEST_LAYER, which names one or more of
 *   no_device       the platform has no devices
 *   no_f64          the device has no f64
 *   no_build        programs do not compile
 *   no_memory       there is no device memory
 *   no_launch       after LAYER_CALLS launches every further one fails
 *   no_read         after LAYER_CALLS downloads every further one fails
 *   small_groups    the device takes groups of 16 work-items at most
 *   other_platform  the platform has another name, and so is not known to cache compiled programs */
#ifndef TESTS_OPENCL_LAYER_H
#define TESTS_OPENCL_LAYER_H

enum { LAYER_CALLS = 100 };

#define LAYER_PLATFORM "Platform of the tests"

/* How programs were made. A test that loads the layer finds it as the symbol layer_programs. */
struct layer_programs {
    unsigned from_text, from_binary;
};

#endif
