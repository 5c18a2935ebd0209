/* The texts of results/schema.sql and results/history.sql, embedded by the build. */
#ifndef IB_STORE_SCHEMA_H
#define IB_STORE_SCHEMA_H

extern const char ib_schema_sql[], ib_history_sql[];

#endif
