/* Explains why a machine has no OpenCL platform. */
#ifndef IB_CL_VENDORS_H
#define IB_CL_VENDORS_H

#include <stddef.h>

/* Writes to text[n] why no platform was found: checks the drivers that the loader would use (files NAME.icd
 * in /etc/OpenCL/vendors, or those named by OCL_ICD_VENDORS) and reports that there is none, or why the
 * first one cannot be loaded. */
void ib_cl_vendors_explain(char *text, size_t n);

#endif
