/* How to read a report: its terms. */
#ifndef IB_REPORT_GLOSSARY_H
#define IB_REPORT_GLOSSARY_H

#include "report/doc_model.h"

/* Adds a fold with a list of the terms. */
void ib_glossary(struct ib_doc *);

#endif
