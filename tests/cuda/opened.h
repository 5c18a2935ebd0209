/* A CUDA plugin under test, and small matrices in its memory. */
#ifndef TESTS_CUDA_OPENED_H
#define TESTS_CUDA_OPENED_H

#include "plugin/loader.h"

enum { EXIT_SKIPPED = 77 };

/* False, with the reason on stdout, where the real runtime would be tested. */
bool mock_is_there(void);

/* For cmocka_unit_test_teardown: every block of memory and every handle has been given back. */
int nothing_left(void **state);
#define MOCK_TEST(function) cmocka_unit_test_teardown(function, nothing_left)

/* The plugins of CUDA that have operations, and a loop over their indices. */
static const char *const plugins[] = {"cuda_naive", "cuda_cublas", "cuda_graph"};
#define EACH_PLUGIN(i) for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++)

/* Makes the mock worse; NULL: as good as it can be. See mock.h. */
void set_faults(const char *faults);

/* Opens an implementation, with one setting "NAME" "VALUE" or none (NULL). */
enum ib_status try_open(const char *impl, const char *option, const char *value, struct ib_instance *out);
/* The same, and the test fails where that fails. */
void must_open(const char *impl, const char *option, const char *value, struct ib_instance *out);

/* Of f32; rows * cols values, all the same. */
struct ib_view new_matrix(const struct ib_instance *, uint64_t rows, uint64_t cols, float value);
void drop_matrix(const struct ib_instance *, struct ib_view *);
/* The test fails unless all elements are that value. */
void assert_all(const struct ib_instance *, const struct ib_view *, float value);

/* The newest failure has this status, and its text these words. */
void assert_failure(enum ib_status got, enum ib_status status, const char *words);

#endif
