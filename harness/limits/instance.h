/* Measures an open implementation through the contract: products; of a device also its copies, and what a
 * call and a wait cost. */
#ifndef IB_LIMITS_INSTANCE_H
#define IB_LIMITS_INSTANCE_H

#include "limits/rate.h"
#include "plugin/loader.h"

/* threads: for the record, those that it was opened with; 0: does not apply. Takes about half a second, or a
 * few products where one takes longer. An operation that it does not implement is not measured. */
enum ib_status ib_limits_of_instance(const struct ib_instance *, uint64_t threads, struct ib_arena *,
                                     struct ib_rates *out);

/* ---- one file for each kind ---- */

/* A matrix in the memory of the implementation. */
struct ib_limits_matrix {
    const struct ib_instance *instance;
    struct ib_view view;
};
enum ib_status ib_limits_matrix_open(const struct ib_instance *, enum ib_dtype, uint64_t rows, uint64_t cols,
                                     struct ib_limits_matrix *out);
void ib_limits_matrix_close(struct ib_limits_matrix *);
enum ib_status ib_limits_sync(const struct ib_instance *);

/* The shortest time of `run`, which includes a sync, over about `seconds`. */
enum ib_status ib_limits_shortest(double seconds, enum ib_status (*run)(void *context), void *context,
                                  double *out_s);

enum ib_status ib_limits_of_gemm(const struct ib_instance *, uint64_t threads, struct ib_arena *,
                                 struct ib_rates *out);
enum ib_status ib_limits_of_device(const struct ib_instance *, struct ib_arena *, struct ib_rates *out);

#endif
