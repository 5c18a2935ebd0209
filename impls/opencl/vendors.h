/* Explains why a machine has no OpenCL platform, or a platform no device. */
#ifndef IB_CL_VENDORS_H
#define IB_CL_VENDORS_H

#include <stdbool.h>
#include <stddef.h>

/* Writes to text[n] why no platform was found: checks the drivers that the loader would use (files NAME.icd
 * in /etc/OpenCL/vendors, or those named by OCL_ICD_VENDORS) and reports that there is none, or why the
 * first one cannot be loaded. */
void ib_cl_vendors_explain(char *text, size_t n);

/* PoCL has no device if it cannot write to its cache. Writes that to text[n] if it is so; false otherwise. */
bool ib_cl_pocl_explain(char *text, size_t n);

#endif
