/* ironbench: the contract of an implementation.
 *
 * An implementation is one `struct ib_impl`: some functions that train, and for a device the few that move
 * memory. It is the only header that a plugin includes. The harness calls it in a worker process of its own,
 * from one thread, on arrays whose shapes it has already checked.
 *
 * What every implementation can rely on:
 *  - matrices are row-major; element (i, j) of a view is p[i * ld + j], in units of the view's type;
 *  - views live in the implementation's own memory: host memory when `mem` is NULL, else what `mem->alloc`
 * gave;
 *  - f32 and f64 both occur; scalars (alpha, beta, lr) are always double, sizes always 64-bit;
 *  - a size may be 0, and then the operation does nothing, except that a sum over no rows is 0.
 *
 * What the harness relies on:
 *  - calls may only enqueue work; `d2h` and `sync` alone wait for it, and see every effect of earlier calls;
 *  - nothing but `h2d` and `d2h` moves data between host and device;
 *  - NaN and infinities go through: they are never dropped, not even by a factor of 0;
 *  - an operation writes its output and nothing beside it.
 *
 * Growth: every table begins with its own size, and fields are only ever appended. A field that lies beyond
 * `struct_size` counts as NULL, so a plugin built today still loads tomorrow. What is handed over to be
 * filled in (ib_copies, ib_health) grows likewise: `struct_size` is the room that the caller has, who has put
 * "not known" into all of it; the callee writes no byte beyond that room (IB_FILL sees to it). What one side
 * has never heard of, being older, is then not known, and never 0. IB_ABI_MAJOR changes only when these
 * promises must be broken.
 */
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

/* What a function returns. The detail of a failure goes to `ib_host.fail`. */
enum ib_status {
    IB_OK = 0,
    IB_EINVAL,       /* the caller's input is wrong */
    IB_EUNSUPPORTED, /* a valid request that this implementation does not offer */
    IB_EUNAVAILABLE, /* this machine lacks what is needed */
    IB_ENOMEM,       /* host or device memory exhausted */
    IB_EDEVICE,      /* the device or its library reported an error */
    IB_EIO,          /* a file, pipe or database failed */
    IB_EINTERNAL     /* a broken promise inside the program */
};

/* For functions that return a status and hand on the first failure. */
#define IB_TRY(expr)                                                                                         \
    do {                                                                                                     \
        enum ib_status ib_try_status = (expr);                                                               \
        if (ib_try_status != IB_OK)                                                                          \
            return ib_try_status;                                                                            \
    } while (0)

enum ib_dtype { IB_F32 = 1, IB_F64 = 2 };

/* Hidden-layer activations. Their gradients are given by the activation's output y. */
enum ib_act {
    IB_RELU = 1, /* y = x < 0 ? 0 : x (NaN stays NaN); dy/dx = y > 0 ? 1 : 0 */
    IB_TANH,     /* y = tanh(x);            dy/dx = 1 - y*y */
    IB_SIGMOID   /* y = 1 / (1 + exp(-x));  dy/dx = y * (1 - y) */
};

/* Losses of an output z (N x k) against targets y (N x k); the mean runs over all N*k elements, but for
 * IB_HALF_MSE, which has k = 1 in practice, it is the same mean halved. */
enum ib_loss {
    IB_HALF_MSE = 1, /* 1/2 mean (z-y)^2;                       gradient   (z-y) / (N*k) */
    IB_MSE,          /*     mean (z-y)^2;                       gradient 2 (z-y) / (N*k) */
    IB_BCE /* mean max(z,0) - z*y + log1p(exp(-|z|)); gradient (sigmoid(z)-y) / (N*k); z are logits */
};

/* A matrix in the implementation's memory. `p` may be a device handle: add to it only what the device allows.
 */
struct ib_view {
    void *p;
    uint64_t rows, cols, ld; /* ld: elements between the starts of two rows, >= cols */
    enum ib_dtype type;
};

/* One setting that a configuration may give, such as `threads`. The array ends with a NULL name. One name has
 * a meaning to the harness: where `tf32` (a BOOL) is true, products of f32 may keep 10 bits of mantissa of
 * each factor, and answers are judged by what that makes of them. */
enum ib_option_type { IB_OPTION_INT = 1, IB_OPTION_BOOL, IB_OPTION_TEXT };
struct ib_option {
    const char *name;
    enum ib_option_type type;
    const char *allowed;       /* INT: "min..max"; TEXT: "a|b|c"; NULL: anything of the type */
    const char *default_value; /* as text, never NULL */
    const char *help;          /* one line */
};

/* What the harness offers to an implementation, valid from `open` to `close`. */
struct ib_host {
    uint32_t struct_size;
    /* One line for the log of this worker. printf-like. */
    void (*log)(const struct ib_host *, const char *format, ...);
    /* Says why the call that now returns an error failed. printf-like; returns `status`, so that one can
     * write `return host->fail(host, IB_EDEVICE, "cudaMalloc: %s", text);`. The last word before the return
     * counts. */
    enum ib_status (*fail)(const struct ib_host *, enum ib_status status, const char *format, ...);
    /* The value of one of this implementation's own options, validated; the default where none was given. If
     * `open` asks for an option that is not declared, opening fails. */
    int64_t (*option_int)(const struct ib_host *, const char *name);
    bool (*option_bool)(const struct ib_host *, const char *name);
    const char *(*option_text)(const struct ib_host *, const char *name);
};

/* The memory of a device. A NULL table means host memory. */
struct ib_mem_ops {
    uint32_t struct_size;
    enum ib_status (*alloc)(void *state, size_t bytes, void **out); /* IB_ENOMEM when full; bytes > 0 */
    void (*free)(void *state, void *device);                        /* waits for work that uses it */
    enum ib_status (*h2d)(void *state, void *device, const void *host, size_t bytes);
    /* Ordered after all queued work; on return the bytes have arrived. */
    enum ib_status (*d2h)(void *state, void *host, const void *device, size_t bytes);
    enum ib_status (*sync)(void *state); /* on return all queued work is done */
    /* Optional, both or none: the device's own clock. `mark` puts mark 0 or 1 behind all work queued so far;
     * `elapsed` gives the nanoseconds from mark 0 to mark 1, after a sync. Used in profiled passes alone, so
     * that the first mark may well change how the queue works. */
    enum ib_status (*mark)(void *state, uint32_t which);
    enum ib_status (*elapsed)(void *state, uint64_t *out_ns);
    /* Optional, both or none: host memory that this device copies from and to better than from any other
     * (pinned memory); bytes > 0. IB_EUNSUPPORTED: ordinary memory will do. `host_free` gets only what
     * `host_alloc` gave. */
    enum ib_status (*host_alloc)(void *state, size_t bytes, void **out);
    void (*host_free)(void *state, void *host);
};

/* The operations that the models are written in. A NULL entry means unsupported; it is never emulated. Sums
 * over rows (gemm with a transposed A, col_sum, the loss) accumulate in double or in blocks, also for f32: a
 * plain f32 sum over four million rows is wrong in the third digit. */
struct ib_tensor_ops {
    uint32_t struct_size;
    /* C = alpha * op(A) op(B) + beta * C; op transposes where its flag is set. beta == 0: C is never read. */
    enum ib_status (*gemm)(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c);
    /* M (m x n) += row (1 x n), to every row of M. */
    enum ib_status (*add_row)(void *state, const struct ib_view *row, const struct ib_view *m);
    /* M = act(M), in place. */
    enum ib_status (*act)(void *state, enum ib_act kind, const struct ib_view *m);
    /* dY *= act'(.), expressed by the activation's output Y (same shape). */
    enum ib_status (*act_grad)(void *state, enum ib_act kind, const struct ib_view *y,
                               const struct ib_view *dy);
    /* dZ = gradient of the loss by Z; dZ may be Z itself. loss (1 x 1) is written unless it is NULL: the
     * timed passes do not pay for a number that nobody reads. */
    enum ib_status (*loss_grad)(void *state, enum ib_loss kind, const struct ib_view *z,
                                const struct ib_view *y, const struct ib_view *dz,
                                const struct ib_view *loss);
    /* row (1 x n) = sum over the rows of M (m x n). */
    enum ib_status (*col_sum)(void *state, const struct ib_view *m, const struct ib_view *row);
    /* Y += alpha * X (same shape). */
    enum ib_status (*axpy)(void *state, double alpha, const struct ib_view *x, const struct ib_view *y);
};

/* A whole training problem, for implementations that fuse steps. Layer l maps in_l to out_l features:
 * w[l] is in_l x out_l, b[l] is 1 x out_l; hidden layers apply `act`, the last one is linear (its sigmoid is
 * part of IB_BCE). Linear and logistic regression are the case of one layer. */
enum { IB_MAX_LAYERS = 9 };
struct ib_problem {
    uint32_t struct_size;
    uint32_t n_layers;
    struct ib_view x, y; /* N x in_0, N x out_last */
    struct ib_view loss; /* 1 x 1; p is NULL when nobody reads it */
    struct ib_view w[IB_MAX_LAYERS], b[IB_MAX_LAYERS];
    enum ib_act act; /* meaningless for one layer */
    enum ib_loss loss_kind;
    enum ib_dtype dtype;
    double lr;
};

/* Whole steps at once. */
struct ib_fused {
    uint32_t struct_size;
    /* IB_OK, or IB_EUNSUPPORTED with the reason in why[n]. The views have shapes, but no pointers yet. */
    enum ib_status (*supports)(const struct ib_problem *, char *why, size_t n);
    /* n full-batch gradient steps: w -= lr dL/dw, b -= lr dL/db. With loss.p set, the loss of the last of
     * these epochs, from its forward pass, is stored there. Work space is the implementation's own. */
    enum ib_status (*steps)(void *state, const struct ib_problem *, uint64_t n);
    /* out (rows x out_last) = the network's output for x, after the sigmoid where loss_kind is IB_BCE. NULL:
     * predictions are made with the tensor operations, which must then be there. */
    enum ib_status (*predict)(void *state, const struct ib_problem *, const struct ib_view *x,
                              const struct ib_view *out);
};

/* Recorded work. Everything that the recorded operations need has been used before, so nothing need be
 * allocated while recording; nothing is copied and nothing waited for between begin and end. */
struct ib_capture {
    uint32_t struct_size;
    /* How many epochs the harness should put into one recording; at least 1. */
    uint64_t (*epochs)(void *state);
    /* From here on operations are recorded and not done. */
    enum ib_status (*begin)(void *state);
    /* The recording, which replaces the one before, is ready. */
    enum ib_status (*end)(void *state);
    /* Queues all that was recorded, n times over. */
    enum ib_status (*replay)(void *state, uint64_t n);
};

/* A number in ib_copies that nobody has counted. */
#define IB_UNCOUNTED UINT64_MAX

/* What a device's driver was asked to do, by its own count; IB_UNCOUNTED: it does not count that. A driver
 * that moves bytes in both directions at once (mapped memory) counts them in both. */
struct ib_copies {
    uint32_t struct_size; /* the caller's, as of all that is filled in */
    uint64_t h2d_count, h2d_bytes, d2h_count, d2h_bytes;
    uint64_t launch_count, sync_count; /* kernels started; waits for the whole queue */
    uint64_t d2d_count, d2d_bytes;     /* copies from device memory to device memory */
    uint64_t memset_count, memset_bytes;
    /* Of h2d and d2h together: from or to host memory that the system may move or page out, and such that is
     * pinned. What is neither (managed memory) is in none of the two. */
    uint64_t pageable_count, pageable_bytes, pinned_count, pinned_bytes;
};

/* How a device is. What is 0 is not known. */
struct ib_health {
    uint32_t struct_size; /* the caller's */
    uint32_t clock_mhz;   /* of its cores, now; 0: not known */
    bool slowed; /* held back, now or at any time since the call before; an idle device's low clock is not */
    char reason[64]; /* by what: "power, heat"; "" where it is not */
};

enum ib_impl_flags {
    IB_DETERMINISTIC = 1, /* the same input gives the same bits, in every run */
    IB_SIMULATED = 2,     /* no real device: its times mean nothing and are never ranked */
    IB_HIDDEN = 4         /* listed only when asked for */
};

struct ib_impl {
    uint32_t struct_size;
    uint32_t abi_major;              /* IB_ABI_MAJOR */
    const char *name;                /* [a-z][a-z0-9_]* */
    const char *summary;             /* one line: what it is made of */
    const char *source;              /* where its method is described, or NULL */
    uint32_t flags;                  /* enum ib_impl_flags */
    const struct ib_option *options; /* NULL: none */
    /* IB_OK, or IB_EUNAVAILABLE with the reason in why[n]. NULL: runs everywhere. */
    enum ib_status (*probe)(char *why, size_t n);
    enum ib_status (*open)(const struct ib_host *, void **state);
    void (*close)(void *state);
    const struct ib_mem_ops *mem;
    const struct ib_tensor_ops *ops;
    const struct ib_fused *fused;
    /* Everything the driver has copied since `open`, where the driver keeps such a count. *out comes with
     * every count uncounted. */
    void (*copies)(void *state, struct ib_copies *out);
    /* Free text: versions of the libraries in use, the device's name ("OpenBLAS 0.3.21 SkylakeX"). */
    enum ib_status (*describe)(void *state, char *text, size_t n);
    /* The tracer (ironbench/tracer.h) that sees what this implementation asks its driver for: "opencl".
     * NULL: there is none, or `copies` says it. */
    const char *tracer;
    /* Optional: operations recorded once and then repeated without the host, as CUDA's graphs do. */
    const struct ib_capture *capture;
    /* Optional, and called before and after what is timed: a round in which the device was held back does not
     * count. IB_EUNAVAILABLE: it cannot be told. */
    enum ib_status (*health)(void *state, struct ib_health *out);
};

/* Is `member` present in this table, which the other side may have built earlier, and shorter? */
#define IB_HAS(table, member)                                                                                \
    ((table) != NULL &&                                                                                      \
     (table)->struct_size >= offsetof(__typeof__(*(table)), member) + sizeof((table)->member) &&             \
     (table)->member != NULL)

/* Fills in *out, which the other side may have built earlier, and shorter, from *mine of this header's size:
 * as much of it as there is room for. */
#define IB_FILL(out, mine)                                                                                   \
    do {                                                                                                     \
        const uint32_t ib_fill_room = (out)->struct_size;                                                    \
        memcpy((out), (mine), ib_fill_room < sizeof *(mine) ? ib_fill_room : sizeof *(mine));                \
        (out)->struct_size = ib_fill_room;                                                                   \
    } while (0)

/* A plugin's only symbol, visible also where all others are hidden. Returns *count implementations, or NULL
 * when it cannot serve this host's ABI. */
__attribute__((visibility("default"))) const struct ib_impl *const *ib_plugin(uint32_t host_abi_major,
                                                                              uint32_t *count);

#ifdef __cplusplus
}
#endif

#endif
