// What the kernels' tests need in C: the table of each instruction set, and long loops, which in
// Swift without optimization would take minutes.
#ifndef KERNEL_TEST_SUPPORT_H
#define KERNEL_TEST_SUPPORT_H

#include "../../../Sources/CLossKernels/table.h"

/// The kernels of an instruction set (`loss_isa`); NULL where the processor does not have it.
///
/// The table itself, rather than `loss_kernels_select`: other tests run at the same time.
const kernel_table *kernels_of(int isa);

/// A function that is compared with the C library's in long double.
typedef enum {
  COMPARED_EXP,
  COMPARED_EXPM1,
  COMPARED_LOG,
  COMPARED_LOG1P,
  COMPARED_SOFTPLUS,
  COMPARED_SIGMOID,
  COMPARED_TANH,
} compared_function;

typedef struct {
  /// The largest error in units in the last place of the exact result; infinite where one of the two
  /// is nan or infinite and the other is not.
  double ulps;
  /// The argument where it was met.
  double argument;
  /// Of how many arguments the array function gave other bits than the function of one number.
  long unlike_scalar;
  /// Of how many arguments it gave other bits than `other`.
  long unlike_other;
} comparison;

/// Whether `long double` has enough more bits than `double` to serve as the exact result.
int long_double_is_longer(void);

/// Compares a function at random arguments: between low and high, or of random bits if low = high.
comparison compare_function(
    const kernel_table *kernels, const kernel_table *other, compared_function function, double low,
    double high, long count);

/// The largest error of `loss_lse` on random rows of n <= 64 entries between low and high, one of
/// them 0, all with `offset` added, in ulps of the larger of its two terms.
double compare_lse(
    const kernel_table *kernels, ptrdiff_t n, double low, double high, double offset, long count);

#endif
