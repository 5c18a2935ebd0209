/* The oracle under other names, to be compiled with fused multiply-adds and reordered sums: an honest
 * implementation whose every operation rounds otherwise. */
#define FACTORS_TO_NEAREST        1
#define ib_trajectory_free        ib_fast_trajectory_free
#define ib_oracle_train           ib_fast_train
#define ib_oracle_predict         ib_fast_predict
#define ib_oracle_predict_rounded ib_fast_predict_rounded
#define ib_drift_arithmetic       ib_fast_drift_arithmetic
#define ib_oracle_loss            ib_fast_loss
#define ib_oracle_gradient        ib_fast_gradient
#define ib_oracle_step            ib_fast_step
#define ib_oracle_use_rows        ib_fast_use_rows
#define ib_oracle_problem_loss    ib_fast_problem_loss
#include "oracle/oracle.c"
