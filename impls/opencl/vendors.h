/* Why a machine has no OpenCL platform. */
#ifndef IB_CL_VENDORS_H
#define IB_CL_VENDORS_H

#include <stddef.h>

/* Looks where the loader looks for drivers (files NAME.icd in /etc/OpenCL/vendors, or what OCL_ICD_VENDORS
 * names) and says in text[n] what is there: none, or for the first driver that cannot be loaded why not. */
void ib_cl_vendors_explain(char *text, size_t n);

#endif
