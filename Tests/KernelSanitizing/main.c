// Calls every kernel of every instruction set that the processor has, at all lengths around its
// vectors, alignments and kinds of numbers, for `bin/sanitize undefined`, which builds it with the
// sanitizers.
//
// A program in C: the package manager gives Swift's tests two sanitizers, and this one to neither.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../Sources/CLossKernels/include/CLossKernels.h"
#include "../KernelTestSupport/include/KernelTestSupport.h"
#include "arrays.h"

/// The kernels under test.
static const kernel_table *kernels;

// Which kernels were called: one that is new in the table and not here is an error.
#define FLAG(result, name, parameters, arguments) static int called_##name;
LOSS_KERNELS(FLAG)
#define CALL(name) (called_##name = 1, kernels->name)

enum { fillings = 3, longest = 65 };

// MARK: - Functions of each element

typedef void (*unary)(const double *, double *, ptrdiff_t);
typedef void (*binary)(const double *, const double *, double *, ptrdiff_t);
typedef void (*binary_as)(const double *, double, double *, ptrdiff_t);
typedef void (*binary_sa)(double, const double *, double *, ptrdiff_t);

static void exercise_unary(unary call, ptrdiff_t n, int filling) {
  call(input_array(0, n, filling), result_array(1, n), n);
  check_arrays();
  double *x = input_array(0, n, filling);
  call(x, x, n);
  check_arrays();
}

static void exercise_binary(
    binary call, binary_as call_as, binary_sa call_sa, ptrdiff_t n, int filling) {
  double *a = input_array(0, n, filling), *b = input_array(1, n, filling);
  call(a, b, result_array(2, n), n);
  call_as(a, input_number(filling), result_array(3, n), n);
  call_sa(input_number(filling), b, result_array(4, n), n);
  check_arrays();
  a = input_array(0, n, filling), b = input_array(1, n, filling);
  call(a, b, a, n);
  call_as(a, input_number(filling), a, n);
  call_sa(input_number(filling), b, b, n);
  check_arrays();
}

#define BINARY(name) \
  exercise_binary(CALL(name), CALL(name##_as), CALL(name##_sa), n, filling)

static void exercise_elements(ptrdiff_t n, int filling) {
  unary unaries[] = {CALL(loss_exp), CALL(loss_expm1), CALL(loss_log), CALL(loss_log1p),
                     CALL(loss_softplus), CALL(loss_sigmoid), CALL(loss_tanh), CALL(loss_neg),
                     CALL(loss_abs), CALL(loss_sqrt), CALL(loss_square), CALL(loss_relu)};
  for (size_t i = 0; i < sizeof unaries / sizeof *unaries; i++)
    exercise_unary(unaries[i], n, filling);
  BINARY(loss_add);
  BINARY(loss_sub);
  BINARY(loss_mul);
  BINARY(loss_div);
  BINARY(loss_max2);
  BINARY(loss_min2);
  BINARY(loss_chain);
  BINARY(loss_chain_quotient);

  CALL(loss_softplus_sigmoid)(
      input_array(0, n, filling), result_array(1, n), result_array(2, n), n);
  check_arrays();
  double *a = input_array(0, n, filling), *b = input_array(1, n, filling);
  double *c = input_array(2, n, filling);
  CALL(loss_fma)(a, b, c, result_array(3, n), n);
  CALL(loss_select)(a, b, c, result_array(4, n), n);
  CALL(loss_fma)(a, b, c, c, n);
  CALL(loss_add_scaled)(input_number(filling), a, b, n);
  check_arrays();
}

static void exercise_numbers(int filling) {
  for (int i = 0; i < 2000; i++) {
    double x = input_number(filling), slope;
    digest_number(CALL(loss_exp1)(x));
    digest_number(CALL(loss_expm11)(x));
    digest_number(CALL(loss_log1)(x));
    digest_number(CALL(loss_log1p1)(x));
    digest_number(CALL(loss_softplus1)(x));
    digest_number(CALL(loss_sigmoid1)(x));
    digest_number(CALL(loss_tanh1)(x));
    digest_number(CALL(loss_softplus_sigmoid1)(x, &slope));
    digest_number(slope);
  }
}

// MARK: - Reductions of one array

static void exercise_reductions(ptrdiff_t n, int filling) {
  double *a = input_array(0, n, filling), *b = input_array(1, n, filling);
  digest_number(CALL(loss_all_finite)(a, n));
  digest_number(CALL(loss_sum)(a, n));
  digest_number(CALL(loss_dot)(a, b, n));
  digest_number(CALL(loss_max)(a, n));
  check_arrays();
  const double sharpnesses[] = {1, 3, 1e-300, 0, input_number(filling)};
  for (size_t i = 0; i < sizeof sharpnesses / sizeof *sharpnesses; i++) {
    double k = sharpnesses[i], inverse;
    double *x = input_array(0, n, filling), *weights = open_array(1, n);
    digest_number(CALL(loss_lse)(x, n, k, weights, &inverse));
    digest_number(inverse);
    digest_number(CALL(loss_lse)(x, n, k, NULL, NULL));
    double m = CALL(loss_max)(x, n);
    // Where all is nan only the weights times their inverse are promised, and for `loss_sum_exp_shift`
    // the caller sees to it.
    for (ptrdiff_t j = 0; j < n; j++) digest_number(weights[j] * inverse);
    if (k > 0 && m == m) {
      digest_number(CALL(loss_sum_exp_shift)(x, n, k, m, result_array(2, n)));
      digest_number(CALL(loss_sum_exp_shift)(x, n, k, m, NULL));
    }
    CALL(loss_sum_exp_shift)(x, n, k, m, open_array(3, n));
    digest_number(CALL(loss_lse)(x, n, k, x, NULL));
    check_arrays();
  }
}

// MARK: - Many rows side by side

static ptrdiff_t extent(ptrdiff_t count, ptrdiff_t stride, ptrdiff_t width) {
  return count > 0 && width > 0 ? (count - 1) * stride + width : 0;
}

/// An array of rows that do not touch each other; what lies between them is set beforehand.
static double *strided(
    double *(*new_array)(int, ptrdiff_t), int place, ptrdiff_t count, ptrdiff_t stride,
    ptrdiff_t width) {
  double *result = new_array(place, extent(count, stride, width));
  for (ptrdiff_t j = 0; j + 1 < count; j++)
    for (ptrdiff_t r = width; r < stride && width > 0; r++) result[j * stride + r] = 0;
  return result;
}

static void exercise_columns(ptrdiff_t n, ptrdiff_t rows, ptrdiff_t more, int filling) {
  ptrdiff_t stride = rows + more, size = extent(n, stride, rows);
  double *a = input_array(0, size, filling), *x = input_array(1, size, filling);
  CALL(loss_sum_columns)(x, stride, n, result_array(2, rows), rows);
  CALL(loss_dot_columns)(a, stride, x, stride, n, result_array(3, rows), rows);
  check_arrays();

  double *factors = input_array(0, rows, filling);
  x = input_array(1, size, filling);
  CALL(loss_scale_columns)
  (factors, x, stride, strided(result_array, 2, n, stride + 1, rows), stride + 1, n, rows);
  CALL(loss_scale_columns_streaming)
  (factors, x, stride, strided(result_array, 3, n, stride + 2, rows), stride + 2, n, rows);
  loss_streaming_finish();
  check_arrays();

  const double sharpnesses[] = {1, 3, 0, input_number(filling)};
  for (size_t i = 0; i < sizeof sharpnesses / sizeof *sharpnesses; i++) {
    double k = sharpnesses[i];
    x = input_array(0, size, filling);
    double *inverse = result_array(3, rows);
    double *weights = strided(open_array, 1, n, stride + 1, rows);
    digest_number((double)CALL(loss_lse_columns)(
        x, stride, n, k, result_array(2, rows), weights, stride + 1, inverse, rows));
    for (ptrdiff_t j = 0; j < n; j++)
      for (ptrdiff_t r = 0; r < rows; r++)
        digest_number(weights[j * (stride + 1) + r] * inverse[r]);
    digest_number((double)CALL(loss_lse_columns)(
        x, stride, n, k, result_array(4, rows), x, stride, NULL, rows));
    check_arrays();
  }
}

static void exercise_transpose(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t more, int filling) {
  ptrdiff_t from = columns + more, to = rows + more;
  double *x = input_array(0, extent(rows, from, columns), filling);
  CALL(loss_transpose)(x, from, strided(result_array, 1, columns, to, rows), to, rows, columns);
  check_arrays();
}

static void exercise_outer_products(
    ptrdiff_t products, ptrdiff_t rows, ptrdiff_t columns, int filling) {
  const double *left[6], *right[6];
  const double *sources[4] = {
      input_array(0, rows, filling), input_array(1, columns, filling),
      input_array(2, rows, filling), input_array(3, columns, filling)};
  for (ptrdiff_t p = 0; p < products; p++) {
    left[p] = sources[2 * (p % 2)];
    right[p] = sources[2 * (p % 2) + 1];
  }
  CALL(loss_sum_outer_products)
  (left, right, products, result_array(4, rows * columns), rows, columns);
  check_arrays();
}

static void exercise_cross_entropy(ptrdiff_t n, ptrdiff_t rows, int filling) {
  enum { most_rows = 256 };
  static int32_t labels[most_rows];
  const ptrdiff_t origin = 5;
  for (ptrdiff_t r = 0; r < rows; r++) {
    // Every place of a row, the last among them.
    ptrdiff_t label = (r * 7 + n - 1) % n;
    labels[r] = (int32_t)(r * n + label + origin);
  }
  double *scores = input_array(0, n * rows, filling);
  CALL(loss_cross_entropy_rows)
  (scores, n, labels, origin, result_array(1, rows), result_array(2, n * rows), rows);
  CALL(loss_cross_entropy_rows)(scores, n, labels, origin, NULL, result_array(3, n * rows), rows);
  CALL(loss_cross_entropy_rows)(scores, n, labels, origin, result_array(4, rows), NULL, rows);
  check_arrays();
}

// MARK: - Matrices

/// Both operands as they are and as transposes.
static void exercise_product(ptrdiff_t m, ptrdiff_t p, ptrdiff_t n, int filling) {
  for (int form = 0; form < 4; form++) {
    int a_is_transposed = form & 1, b_is_transposed = form >> 1;
    double *a = input_array(0, m * p, filling), *b = input_array(1, p * n, filling);
    ptrdiff_t a_row = a_is_transposed ? 1 : p, a_column = a_is_transposed ? m : 1;
    ptrdiff_t b_row = b_is_transposed ? 1 : n, b_column = b_is_transposed ? p : 1;
    double *c = strided(result_array, 2, m, n + 1, n);
    CALL(loss_matrix_product)(a, a_row, a_column, b, b_row, b_column, c, n + 1, m, p, n);
    check_arrays();
  }
}

static void exercise_products(int filling) {
  const ptrdiff_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 17, 25, 33};
  enum { count = sizeof sizes / sizeof *sizes };
  for (int i = 0; i < count; i++)
    for (int j = 0; j < count; j++)
      for (int k = 0; k < count; k++) exercise_product(sizes[i], sizes[j], sizes[k], filling);
  // Beyond the depth of a block, the height of one, and the width from which A is copied.
  exercise_product(3, 257, 26, filling);
  exercise_product(258, 129, 5, filling);
  exercise_product(37, 130, 211, filling);
}

// MARK: - All

static void exercise_lengths(void) {
  for (array_layout = 0; array_layout < array_layouts; array_layout++) {
    for (int filling = 0; filling < fillings; filling++) {
      for (ptrdiff_t n = 0; n <= longest; n++) {
        exercise_elements(n, filling);
        exercise_reductions(n, filling);
      }
      // Chunks of 64, and what is left.
      exercise_elements(3 * 64 + 13, filling);
      exercise_reductions(1000, filling);
    }
  }
}

static void exercise_rows(void) {
  const ptrdiff_t widths[] = {0, 1, 2, 3, 5, 7, 8, 9, 16, 17, 33};
  const ptrdiff_t heights[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 130};
  // Three layouts: the first element aligned, at an odd double, and the last at a page's end.
  for (array_layout = 0; array_layout < array_layouts; array_layout += array_layout == 1 ? 7 : 1) {
    for (int filling = 0; filling < fillings; filling++) {
      for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        for (size_t j = 0; j < sizeof heights / sizeof *heights; j++) {
          ptrdiff_t n = widths[i], rows = heights[j];
          exercise_columns(n, rows, j % 2 == 0 ? 0 : 3, filling);
          exercise_transpose(rows, n, j % 2 == 0 ? 3 : 0, filling);
          exercise_outer_products((ptrdiff_t)j % 7, n, rows % 20, filling);
          if (n > 0) exercise_cross_entropy(n, rows, filling);
        }
      }
      for (ptrdiff_t n = 63; n <= 66; n++) exercise_cross_entropy(n, 66, filling);
      exercise_products(filling);
    }
  }
}

static void exercise_all(const kernel_table *table) {
  kernels = table;
  begin_arrays();
  for (int filling = 0; filling < fillings; filling++) exercise_numbers(filling);
  exercise_lengths();
  exercise_rows();
  printf("%-9s %016llx\n", table->isa_name, (unsigned long long)results_digest);
  fflush(stdout);
}

/// The functions that the library calls.
#define PUBLIC_ENTRY(result, name, parameters, arguments) .name = name,
static const kernel_table public_functions = {.isa_name = "public", LOSS_KERNELS(PUBLIC_ENTRY)};

/// The memory sanitizer takes whatever a permutation of AVX-512 gives for uninitialized.
#if __has_feature(memory_sanitizer)
enum { last_isa = LOSS_ISA_AVX2 };
#else
enum { last_isa = LOSS_ISA_AVX512 };
#endif

int main(void) {
  uint64_t digests[LOSS_ISA_AVX512 + 1] = {0};
  int best = LOSS_ISA_BASELINE;
  for (int isa = LOSS_ISA_BASELINE; isa <= last_isa; isa++) {
    const kernel_table *table = kernels_of(isa);
    if (!table) break;
    exercise_all(table);
    digests[isa] = results_digest;
    best = isa;
  }
  loss_kernels_select((loss_isa)best);
  exercise_all(&public_functions);
  if (results_digest != digests[best])
    return fputs("error: the public functions differ\n", stderr), 1;
  if (best == LOSS_ISA_AVX512 && digests[LOSS_ISA_AVX2] != digests[LOSS_ISA_AVX512])
    return fputs("error: avx2 and avx512 give different bits\n", stderr), 1;

  // The comparison of the tests with long double, a little of it.
  for (int isa = 0; isa <= best; isa++) {
    for (compared_function function = COMPARED_EXP; function <= COMPARED_TANH; function++)
      compare_function(kernels_of(isa), kernels_of(best), function, 0, 0, 20000);
    compare_lse(kernels_of(isa), 64, -40, 0, 1e3, 1000);
  }

  int missing = 0;
#define REQUIRE_CALL(result, name, parameters, arguments) \
  if (!called_##name) missing++, fprintf(stderr, "error: %s is not exercised\n", #name);
  LOSS_KERNELS(REQUIRE_CALL)
  return missing > 0;
}
