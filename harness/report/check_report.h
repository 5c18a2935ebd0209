/* The result of a check, as text and as JSON. */
#ifndef IB_REPORT_CHECK_REPORT_H
#define IB_REPORT_CHECK_REPORT_H

#include "check/check_result.h"
#include "parent/registry.h"
#include "report/doc_model.h"

/* One line per level, then each kind of fault once with what helps to find it, then the verdict. */
void ib_check_report(struct ib_doc *, const struct ib_impl_info *, const struct ib_check_result *);

/* Returns a new reference to {schema, impl, verdict, counts: {level: {checks, wrong, failed, skipped,
 * reason}}, findings: [{level, subject, operation, dtype, status, pattern, text, shape, where, element, got,
 * expected, …}]}. */
json_t *ib_check_report_to_json(const struct ib_impl_info *, const struct ib_check_result *);

#endif
