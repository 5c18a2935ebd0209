/* ironbench: the contract of an implementation.
 *
 * An implementation is one `struct ib_impl`: functions that train, and for a device a few more that manage
 * its memory. This header is the only one that a plugin includes. The harness calls the implementation in a
 * separate worker process, from one thread, with arrays whose shapes are already checked.
 *
 * Guarantees to the implementation:
 *  - matrices are row-major; element (i, j) of a view is p[i * ld + j], in units of the view's type;
 *  - views refer to the implementation's own memory: host memory if `mem` is NULL, otherwise memory from
 *    `mem->alloc`;
 *  - f32 and f64 both occur; scalars (alpha, beta, lr) are always double, sizes always 64-bit;
 *  - a size may be 0; the operation then does nothing, except that a sum over no rows is 0.
 *
 * Requirements on the implementation:
 *  - calls may only enqueue work; only `d2h` and `sync` wait for it, and they see all effects of earlier
 *    calls;
 *  - only `h2d` and `d2h` move data between host and device;
 *  - NaN and infinities propagate, even through a factor of 0;
 *  - an operation writes its output and nothing else.
 *
 * Compatibility: every table begins with its own size, and fields are only ever appended. A field beyond
 * `struct_size` counts as NULL, so existing plugins still load in later versions. Structs that the callee
 * fills in (ib_copies, ib_health) grow the same way: `struct_size` is the caller's size, the caller
 * initialises all values to "unknown", and the callee writes no byte past that size (use IB_FILL). A value
 * that the older side does not have therefore stays unknown and never becomes 0. IB_ABI_MAJOR changes only
 * if these promises must be broken. */
#ifndef IRONBENCH_IMPL_H
#define IRONBENCH_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define IB_ABI_MAJOR 1u

#ifdef __cplusplus
extern "C" {
#endif

/* Status of a call. The details of a failure go to `ib_host.fail`. */
enum ib_status {
    IB_OK = 0,
    IB_EINVAL,       /* invalid input */
    IB_EUNSUPPORTED, /* a valid request that this implementation does not support */
    IB_EUNAVAILABLE, /* a device, driver or library is missing on this machine */
    IB_ENOMEM,       /* host or device memory exhausted */
    IB_EDEVICE,      /* the device or its library reported an error */
    IB_EIO,          /* a file, pipe or database failed */
    IB_EINTERNAL     /* an internal error */
};

/* Returns the status of `expr` from the enclosing function if it is a failure. */
#define IB_TRY(expr)                                                                                         \
    do {                                                                                                     \
        enum ib_status ib_try_status = (expr);                                                               \
        if (ib_try_status != IB_OK)                                                                          \
            return ib_try_status;                                                                            \
    } while (0)

enum ib_dtype {
    IB_F32 = 1,
    IB_F64 = 2,
    IB_U32 = 3 /* numbers of rows, from 0: the index of gather_rows, and nothing else */
};

/* Activations of hidden layers. Gradients are given in terms of the activation's output y. */
enum ib_act {
    IB_RELU = 1, /* y = x < 0 ? 0 : x (NaN stays NaN); dy/dx = y > 0 ? 1 : 0 */
    IB_TANH,     /* y = tanh(x);            dy/dx = 1 - y*y */
    IB_SIGMOID   /* y = 1 / (1 + exp(-x));  dy/dx = y * (1 - y) */
};

/* Losses of an output z (N x k) against targets y (N x k). The mean is over all N*k elements, and over the N
 * rows for IB_CE; IB_HALF_MSE is half of the mean.
 *
 * IB_CE is for k classes: each row of y sums to 1, and softmax(z) = exp(z-m) / sum exp(z-m) over a row, where
 * m is the row's largest z; exp(z) alone would overflow. Its logarithm is (z-m) - log sum exp(z-m). */
enum ib_loss {
    IB_HALF_MSE = 1, /* 1/2 mean (z-y)^2;                       gradient   (z-y) / (N*k) */
    IB_MSE,          /*     mean (z-y)^2;                       gradient 2 (z-y) / (N*k) */
    IB_BCE, /* mean max(z,0) - z*y + log1p(exp(-|z|)); gradient (sigmoid(z)-y) / (N*k); z are logits */
    IB_CE /* mean over the rows of -sum y log softmax(z); gradient (softmax(z)-y) / N; z are logits. Only for
             implementations that name it in `losses` */
};

/* How parameters p follow from their gradient g, to which weight_decay * p has been added. What is kept from
 * step to step starts as zeros. */
enum ib_optimizer {
    IB_SGD,      /* p -= lr g */
    IB_MOMENTUM, /* v = momentum v + g; p -= lr v */
    IB_ADAM      /* adam_step, below (Kingma and Ba 2015) */
};

/* A matrix in the implementation's memory. `p` may be a device handle: use only the pointer arithmetic that
 * the device allows. */
struct ib_view {
    void *p;
    uint64_t rows, cols, ld; /* ld: elements from the start of one row to the next, >= cols */
    enum ib_dtype type;
};

/* An option that a configuration may set, such as `threads`. The array ends with a NULL name. The name
 * `products` (a TEXT) has a meaning to the harness: what products in f32 keep of their factors, while sums
 * and all other numbers stay in f32. Answers are judged with the tolerance for that, and such rows are named
 * so, also if the value is the default:
 *  - `f32`: all bits;
 *  - `tf32`: 10 bits of mantissa; factors may be rounded or cut off;
 *  - `bf16`: 7 bits of mantissa, rounded to the nearest;
 *  - `fp16`: 10 bits of mantissa and the exponents of IEEE half precision, rounded to the nearest. A factor
 *    beyond its 65504 becomes infinite and is never clipped.
 * `tf32` (a BOOL) that is true means the same as `products` = `tf32`, unless that asks for bf16 or fp16. */
enum ib_option_type { IB_OPTION_INT = 1, IB_OPTION_BOOL, IB_OPTION_TEXT };
struct ib_option {
    const char *name;
    enum ib_option_type type;
    const char *allowed;       /* INT: "min..max"; TEXT: "a|b|c"; NULL: any value of the type */
    const char *default_value; /* as text, never NULL */
    const char *help;          /* one line */
};

/* Services of the harness, valid from `open` to `close`. */
struct ib_host {
    uint32_t struct_size;
    /* Writes one line to the worker's log. printf-like. */
    void (*log)(const struct ib_host *, const char *format, ...);
    /* Sets the reason for the error that the current call is about to return. printf-like; returns
     * `status`, so that `return host->fail(host, IB_EDEVICE, "cudaMalloc: %s", text);` works. The last
     * reason before the return counts. */
    enum ib_status (*fail)(const struct ib_host *, enum ib_status status, const char *format, ...);
    /* Returns the validated value of one of this implementation's options, or its default if none was
     * given. Opening fails if `open` asks for an undeclared option. */
    int64_t (*option_int)(const struct ib_host *, const char *name);
    bool (*option_bool)(const struct ib_host *, const char *name);
    const char *(*option_text)(const struct ib_host *, const char *name);
};

/* Memory of a device. NULL instead of a table means host memory. */
struct ib_mem_ops {
    uint32_t struct_size;
    enum ib_status (*alloc)(void *state, size_t bytes, void **out); /* bytes > 0; IB_ENOMEM if full */
    void (*free)(void *state, void *device);                        /* waits for work that uses the memory */
    enum ib_status (*h2d)(void *state, void *device, const void *host, size_t bytes);
    /* Runs after all queued work; on return the bytes are in host memory. */
    enum ib_status (*d2h)(void *state, void *host, const void *device, size_t bytes);
    enum ib_status (*sync)(void *state); /* returns when all queued work is done */
    /* Optional, both or neither: the device's own clock. `mark` enqueues mark 0 or 1 after all work so far;
     * `elapsed` returns the nanoseconds from mark 0 to mark 1, after a sync. Called only in profiled
     * passes, so the first mark may switch the queue to a slower mode. */
    enum ib_status (*mark)(void *state, uint32_t which);
    enum ib_status (*elapsed)(void *state, uint64_t *out_ns);
    /* Optional, both or neither: host memory that this device copies faster (pinned memory); bytes > 0.
     * IB_EUNSUPPORTED: use ordinary memory. `host_free` is only called with memory from `host_alloc`. */
    enum ib_status (*host_alloc)(void *state, size_t bytes, void **out);
    void (*host_free)(void *state, void *host);
};

enum { IB_MAX_PAIRS = 18 }; /* of axpy_all: the weights and the bias of each layer */

/* The operations that the models are built from. NULL means unsupported; operations are never emulated.
 * Sums over rows (gemm with a transposed A, col_sum, the loss) accumulate in double or in blocks, even in
 * f32: a plain f32 sum over four million rows is wrong in the third digit. */
struct ib_tensor_ops {
    uint32_t struct_size;
    /* C = alpha * op(A) op(B) + beta * C; op transposes if its flag is set. If beta == 0, C is not read. */
    enum ib_status (*gemm)(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c);
    /* Adds row (1 x n) to every row of M (m x n). */
    enum ib_status (*add_row)(void *state, const struct ib_view *row, const struct ib_view *m);
    /* M = act(M), in place. */
    enum ib_status (*act)(void *state, enum ib_act kind, const struct ib_view *m);
    /* dY *= act'(.), computed from the activation's output Y (same shape). */
    enum ib_status (*act_grad)(void *state, enum ib_act kind, const struct ib_view *y,
                               const struct ib_view *dy);
    /* dZ = gradient of the loss with respect to Z; dZ may be Z itself. Writes loss (1 x 1) unless it is
     * NULL, as in timed passes, which do not read losses. */
    enum ib_status (*loss_grad)(void *state, enum ib_loss kind, const struct ib_view *z,
                                const struct ib_view *y, const struct ib_view *dz,
                                const struct ib_view *loss);
    /* row (1 x n) = sum of the rows of M (m x n). */
    enum ib_status (*col_sum)(void *state, const struct ib_view *m, const struct ib_view *row);
    /* Y += alpha * X (same shape). */
    enum ib_status (*axpy)(void *state, double alpha, const struct ib_view *x, const struct ib_view *y);
    /* M = softmax of each row of M, in place; see IB_CE. Only predictions of IB_CE use it. */
    enum ib_status (*softmax)(void *state, const struct ib_view *m);
    /* V = momentum * V + G, then P -= lr * V (same shapes). */
    enum ib_status (*momentum_step)(void *state, double lr, double momentum, const struct ib_view *g,
                                    const struct ib_view *p, const struct ib_view *v);
    /* Step t of Adam, t from 1, the value of T (1 x 1), which is not changed; the others have the same shape:
     * M = beta1 M + (1 - beta1) G, V = beta2 V + (1 - beta2) G^2, then
     * P -= lr / (1 - beta1^t) * M / (sqrt(V / (1 - beta2^t)) + epsilon).
     * 1 - beta and log(beta) are computed in double: in f32, 1 - 0.999 is off by 5e-5. */
    enum ib_status (*adam_step)(void *state, double lr, double beta1, double beta2, double epsilon,
                                const struct ib_view *g, const struct ib_view *p, const struct ib_view *m,
                                const struct ib_view *v, const struct ib_view *t);
    /* Row i of B (m x n) = row INDEX[first + i] of A, which has as many columns and another memory. INDEX
     * (1 x l, of IB_U32, first + m <= l) may name a row several times, and none that A does not have. For
     * mini-batches: INDEX holds the order of many epochs. */
    enum ib_status (*gather_rows)(void *state, uint64_t first, const struct ib_view *a,
                                  const struct ib_view *index, const struct ib_view *b);
    /* Joined operations, each optional: what some of the others make one after another, in fewer passes over
     * memory. Trainings call them in place of those, except where operands are copied for each call. */
    /* OUT = act(X W + row): gemm, add_row and act; kind is 0 for the last layer, which stays linear. */
    enum ib_status (*layer)(void *state, enum ib_act kind, const struct ib_view *x, const struct ib_view *w,
                            const struct ib_view *row, const struct ib_view *out);
    /* act_grad, then row (1 x n) = sum of the rows of the new dY (m x n). */
    enum ib_status (*act_grad_sum)(void *state, enum ib_act kind, const struct ib_view *y,
                                   const struct ib_view *dy, const struct ib_view *row);
    /* Y[i] += alpha * X[i] for n pairs of the same shape, 0 < n <= IB_MAX_PAIRS: an update of all parameters.
     * No two of the matrices share memory. */
    enum ib_status (*axpy_all)(void *state, double alpha, uint32_t n, const struct ib_view *x,
                               const struct ib_view *y);
};

/* A complete training problem, for implementations that fuse steps. Layer l maps in_l to out_l features:
 * w[l] is in_l x out_l, b[l] is 1 x out_l. Hidden layers apply `act`; the last layer is linear (its sigmoid
 * or softmax is part of IB_BCE or IB_CE). Linear and logistic regression have one layer. */
enum { IB_MAX_LAYERS = 9, IB_MAX_MOMENTS = 2 };
struct ib_problem {
    uint32_t struct_size;
    uint32_t n_layers;
    struct ib_view x, y; /* N x in_0, N x out_last; the same arrays may have other values in each training */
    struct ib_view loss; /* 1 x 1; p is NULL if the loss is not needed */
    struct ib_view w[IB_MAX_LAYERS], b[IB_MAX_LAYERS];
    enum ib_act act; /* unused with one layer */
    enum ib_loss loss_kind;
    enum ib_dtype dtype;
    double lr;
    void *prepared; /* what `prepare` returned for x and y; NULL: it was not called */
    enum ib_optimizer
        optimizer; /* from here on: IB_SGD and no decay, unless `updates` of the table names more */
    double weight_decay;
    double beta1, beta2, epsilon; /* beta1 is also the momentum */
    /* What the optimiser keeps, in the shapes of w and b: the velocity, or M and V; p is NULL if unused. */
    struct ib_view moment_w[IB_MAX_MOMENTS][IB_MAX_LAYERS], moment_b[IB_MAX_MOMENTS][IB_MAX_LAYERS];
    struct ib_view step_count; /* 1 x 1, IB_ADAM: the steps done before this call, to which `steps` adds n */
    /* Mini-batches, only if `updates` names them. An epoch has as many steps as batches, the last of which
     * may have fewer rows: step s of an epoch, from 0, takes the rows of x and y whose numbers are order[s *
     * batch] and so on. `order` (1 x a multiple of N, of IB_U32) holds the orders of some epochs, N numbers
     * each; after the last, the first comes again. */
    uint64_t batch; /* 0: every step takes all rows */
    struct ib_view order;
    uint64_t first_step; /* the steps of this training, in all its epochs, before this call */
};

/* What fused steps may be asked for besides plain gradient descent. */
enum ib_updates {
    IB_DOES_MOMENTUM = 1,
    IB_DOES_ADAM = 2,
    IB_DOES_WEIGHT_DECAY = 4,
    IB_DOES_BATCHES = 8 /* mini-batches; of trainings whose operands are not copied for each call */
};

/* Whole training steps in one call. They train wherever they are offered and `supports` agrees. Elsewhere the
 * tensor operations do, if the table of the implementation has all that the training needs; otherwise it is
 * unsupported, with the reason of the steps. The record says which of the two trained. */
struct ib_fused {
    uint32_t struct_size;
    /* IB_OK, or IB_EUNSUPPORTED with the reason in why[n]. The views have shapes but no pointers yet. */
    enum ib_status (*supports)(const struct ib_problem *, char *why, size_t n);
    /* n gradient steps: w -= lr dL/dw, b -= lr dL/db. If loss.p is set, it receives the loss of the last of
     * them, from its forward pass; with mini-batches, the mean loss of those of them that belong to the same
     * epoch as the last, weighted by their rows. The implementation allocates its own work space. */
    enum ib_status (*steps)(void *state, const struct ib_problem *, uint64_t n);
    /* out (rows x out_last) = the network's output for x, after the sigmoid if loss_kind is IB_BCE and the
     * softmax if it is IB_CE. NULL: predictions use the tensor operations, which are then required. */
    enum ib_status (*predict)(void *state, const struct ib_problem *, const struct ib_view *x,
                              const struct ib_view *out);
    /* Optional, both or neither: set-up for a data set, such as packing x in another order and allocating
     * work space. It is reported as set-up, not as training. x and y have their values, which do not change
     * until `release`; of the rest, only the shapes and kinds are set: parameters have no pointers, and lr is
     * 0. *out is handed to `steps` in the problem's `prepared`. Several data sets may be prepared at a time,
     * and any of them may be trained from any start. Not called if operands are copied for each call, and
     * never called by a program that does not know it: `steps` must work without. */
    enum ib_status (*prepare)(void *state, const struct ib_problem *, void **out);
    void (*release)(void *state, void *prepared);
    /* enum ib_updates: what `supports` and `steps` know. Neither is called for a problem with any other
     * update, nor with any at all by a table that ends before this field: operations train it, or it is
     * unsupported. */
    uint32_t updates;
};

/* Recorded work. The harness runs every operation once before it records, so nothing needs to be allocated
 * while recording, and it neither copies nor waits between begin and end. */
struct ib_capture {
    uint32_t struct_size;
    /* The number of epochs that the harness should put into one recording, or of steps by mini-batches; at
     * least 1. */
    uint64_t (*epochs)(void *state);
    /* From this call on, operations are recorded and not executed. */
    enum ib_status (*begin)(void *state);
    /* Finishes the recording, which replaces any earlier one. */
    enum ib_status (*end)(void *state);
    /* Enqueues the recorded work n times. */
    enum ib_status (*replay)(void *state, uint64_t n);
    /* Enqueues the recorded work once, in which every gather_rows takes rows from `shift` further on in INDEX
     * than it was recorded with; they all have the same INDEX. NULL: mini-batches are unsupported, as the
     * recorded work would train the same batches again. */
    enum ib_status (*replay_shifted)(void *state, uint64_t shift);
};

/* Marks a value in ib_copies that is not counted. */
#define IB_UNCOUNTED UINT64_MAX

/* Operations requested from a device's driver, as counted by the driver or the implementation;
 * IB_UNCOUNTED: not counted. A transfer that moves bytes in both directions at once (mapped memory) counts
 * in both. */
struct ib_copies {
    uint32_t struct_size; /* the caller's */
    uint64_t h2d_count, h2d_bytes, d2h_count, d2h_bytes;
    uint64_t launch_count, sync_count; /* kernel launches; waits for the whole queue */
    uint64_t d2d_count, d2d_bytes;     /* copies from device memory to device memory */
    uint64_t memset_count, memset_bytes;
    /* Of h2d and d2h together: copies from or to pageable host memory, and from or to pinned host memory.
     * Other memory (managed memory) counts in neither. */
    uint64_t pageable_count, pageable_bytes, pinned_count, pinned_bytes;
};

/* The state of a device; 0 means unknown. */
struct ib_health {
    uint32_t struct_size; /* the caller's */
    uint32_t clock_mhz;   /* current core clock; 0: unknown */
    bool slowed; /* throttled now or at any time since the previous call; the low clock of an idle device and
                    the power limit that a device keeps by itself do not count */
    char reason[64];    /* the cause: "heat", "power, heat"; "" if not throttled */
    uint64_t energy_mj; /* millijoules that the whole device has consumed since some moment in the past; 0:
                           unknown. It advances at least ten times a second. Need not be read unless
                           IB_WANTS(out, energy_mj) */
};

enum ib_impl_flags {
    IB_DETERMINISTIC = 1, /* the same input gives the same bits in every run */
    IB_SIMULATED = 2,     /* not a real device: its times are meaningless and never ranked */
    IB_HIDDEN = 4,        /* listed only on request */
    IB_SHORTCUT = 8, /* whole steps by fewer operations than the contract's, with the same parameters after
                        each: verified and ranked, and said so in the table; no limit applies */
};

struct ib_impl {
    uint32_t struct_size;
    uint32_t abi_major;              /* IB_ABI_MAJOR */
    const char *name;                /* [a-z][a-z0-9_]* */
    const char *summary;             /* one line: how it works */
    const char *source;              /* URL of a description of the method, or NULL */
    uint32_t flags;                  /* enum ib_impl_flags */
    const struct ib_option *options; /* NULL: none */
    /* IB_OK, or IB_EUNAVAILABLE with the reason in why[n]. NULL: always available. */
    enum ib_status (*probe)(char *why, size_t n);
    enum ib_status (*open)(const struct ib_host *, void **state);
    void (*close)(void *state);
    const struct ib_mem_ops *mem;
    const struct ib_tensor_ops *ops;
    const struct ib_fused *fused;
    /* Fills in all operations of the driver since `open`, if the driver counts them. *out arrives with
     * every count set to IB_UNCOUNTED. It is reported as a claim, and compared with the transfer log and with
     * a tracer's count. */
    void (*copies)(void *state, struct ib_copies *out);
    /* Writes free text: library versions and the device's name ("OpenBLAS 0.3.21 SkylakeX"). */
    enum ib_status (*describe)(void *state, char *text, size_t n);
    /* Name of the tracer (ironbench/tracer.h) that observes this implementation's driver: "opencl". NULL:
     * none; copies that no tracer counts are reported as uncounted. */
    const char *tracer;
    /* Optional: operations recorded once and replayed without the host, as CUDA graphs are. */
    const struct ib_capture *capture;
    /* Optional. Called before and after each timed round: a round in which the device was throttled is
     * excluded. IB_EUNAVAILABLE: the state cannot be read. */
    enum ib_status (*health)(void *state, struct ib_health *out);
    /* Optional. Returns the most device memory that was in use at once since `open`, in bytes; 0: unknown. */
    uint64_t (*peak_memory)(void *state);
    /* The losses after IB_BCE that this implementation knows, in operations and in whole steps, each as the
     * bit 1 << kind. The first three are known to all. Any other loss is never passed to it: trainings with
     * it are unsupported. */
    uint64_t losses;
};

/* True if the caller that *out belongs to has room for `member` and asks for it. */
#define IB_WANTS(out, member)                                                                                \
    ((out)->struct_size >= offsetof(__typeof__(*(out)), member) + sizeof((out)->member))

/* True if `member` is present in this table, which may come from an older and shorter version. */
#define IB_HAS(table, member)                                                                                \
    ((table) != NULL &&                                                                                      \
     (table)->struct_size >= offsetof(__typeof__(*(table)), member) + sizeof((table)->member) &&             \
     (table)->member != NULL)

/* Copies *mine, which has this header's size, into *out, which may be shorter: as much as fits. Keeps
 * out->struct_size. */
#define IB_FILL(out, mine)                                                                                   \
    do {                                                                                                     \
        const uint32_t ib_fill_room = (out)->struct_size;                                                    \
        memcpy((out), (mine), ib_fill_room < sizeof *(mine) ? ib_fill_room : sizeof *(mine));                \
        (out)->struct_size = ib_fill_room;                                                                   \
    } while (0)

/* A problem with all fields of this header: those that an older caller does not know are 0, which stands for
 * plain descent by all rows. */
static inline struct ib_problem ib_whole_problem(const struct ib_problem *p)
{
    struct ib_problem whole;
    memset(&whole, 0, sizeof whole);
    memcpy(&whole, p, p->struct_size < sizeof whole ? p->struct_size : sizeof whole);
    return whole;
}

/* The only symbol of a plugin, visible even if all others are hidden. Returns *count implementations, or
 * NULL if it does not support the host's ABI. */
__attribute__((visibility("default"))) const struct ib_impl *const *ib_plugin(uint32_t host_abi_major,
                                                                              uint32_t *count);

#ifdef __cplusplus
}
#endif

#endif
