/* The text of results/schema.sql, embedded by the build. */
#ifndef IB_STORE_SCHEMA_H
#define IB_STORE_SCHEMA_H

extern const char ib_schema_sql[];

#endif
