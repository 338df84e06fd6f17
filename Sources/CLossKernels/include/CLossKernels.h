// The inner loops of Loss, in vector instructions.
//
// **The same doubles everywhere.** An element's result depends on the element only: not on its
// lane, on n, on alignment, or on whether the array or the scalar function computed it. Reductions
// have one order of summation each. All instruction sets with fused multiply-add (AVX2, AVX-512,
// arm64) give the same bits; the baseline of x86-64, which has none, may differ within the bounds
// that are stated here.
//
// **Arguments.** Counts may be 0. Arrays need no more alignment than a double has. A result may be
// the same array as an operand, otherwise arrays must not overlap. Nothing here allocates, locks or
// stops; a caller that wants to stop in between calls with fewer rows.
//
// `_as` takes an array and a scalar, `_sa` a scalar and an array.
#ifndef C_LOSS_KERNELS_H
#define C_LOSS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// MARK: - Functions of each element, within 0.6 ulp (0.77 where the result is subnormal)
//
// Measured against long double at 2 million random points a range: exp 0.54, expm1 0.56, log 0.55,
// log1p 0.57, softplus 0.55, sigmoid 0.59, tanh 0.52 ulp; subnormal results up to 0.76.
// Subnormal results, infinities and nan are those of the exact functions; -0 is kept where the
// function has it. Outside its domain a logarithm is nan, at its end -inf.

/// y = e^x.
void loss_exp(const double *x, double *y, ptrdiff_t n);
/// y = e^x - 1.
void loss_expm1(const double *x, double *y, ptrdiff_t n);
/// y = ln x.
void loss_log(const double *x, double *y, ptrdiff_t n);
/// y = ln(1 + x).
void loss_log1p(const double *x, double *y, ptrdiff_t n);
/// y = ln(1 + e^x).
void loss_softplus(const double *x, double *y, ptrdiff_t n);
/// y = 1/(1 + e^-x).
void loss_sigmoid(const double *x, double *y, ptrdiff_t n);
void loss_tanh(const double *x, double *y, ptrdiff_t n);

/// y = ln(1 + e^x) and its slope s = 1/(1 + e^-x), from one exponential.
void loss_softplus_sigmoid(const double *x, double *y, double *s, ptrdiff_t n);

// One number: the same bits as in an array.
double loss_exp1(double x);
double loss_expm11(double x);
double loss_log1(double x);
double loss_log1p1(double x);
double loss_softplus1(double x);
double loss_sigmoid1(double x);
double loss_tanh1(double x);
/// ln(1 + e^x), and its slope behind the pointer.
double loss_softplus_sigmoid1(double x, double *slope);

// MARK: - Arithmetic, correctly rounded

/// y = -x.
void loss_neg(const double *x, double *y, ptrdiff_t n);
/// y = |x|.
void loss_abs(const double *x, double *y, ptrdiff_t n);
void loss_sqrt(const double *x, double *y, ptrdiff_t n);
/// y = x x.
void loss_square(const double *x, double *y, ptrdiff_t n);
/// y = max(x, 0): +0 for -0.
void loss_relu(const double *x, double *y, ptrdiff_t n);

/// y = a + b.
void loss_add(const double *a, const double *b, double *y, ptrdiff_t n);
void loss_add_as(const double *a, double b, double *y, ptrdiff_t n);
void loss_add_sa(double a, const double *b, double *y, ptrdiff_t n);
/// y = a - b.
void loss_sub(const double *a, const double *b, double *y, ptrdiff_t n);
void loss_sub_as(const double *a, double b, double *y, ptrdiff_t n);
void loss_sub_sa(double a, const double *b, double *y, ptrdiff_t n);
/// y = a b.
void loss_mul(const double *a, const double *b, double *y, ptrdiff_t n);
void loss_mul_as(const double *a, double b, double *y, ptrdiff_t n);
void loss_mul_sa(double a, const double *b, double *y, ptrdiff_t n);
/// y = a / b.
void loss_div(const double *a, const double *b, double *y, ptrdiff_t n);
void loss_div_as(const double *a, double b, double *y, ptrdiff_t n);
void loss_div_sa(double a, const double *b, double *y, ptrdiff_t n);
/// The larger: nan if either is, of two zeros +0 if there is one.
void loss_max2(const double *a, const double *b, double *y, ptrdiff_t n);
void loss_max2_as(const double *a, double b, double *y, ptrdiff_t n);
void loss_max2_sa(double a, const double *b, double *y, ptrdiff_t n);
/// The smaller: nan if either is, of two zeros -0 if there is one.
void loss_min2(const double *a, const double *b, double *y, ptrdiff_t n);
void loss_min2_as(const double *a, double b, double *y, ptrdiff_t n);
void loss_min2_sa(double a, const double *b, double *y, ptrdiff_t n);

/// y = a b, where b is a tangent: 0 wherever b is 0, even if a is infinite or nan.
void loss_chain(const double *a, const double *b, double *y, ptrdiff_t n);
void loss_chain_as(const double *a, double b, double *y, ptrdiff_t n);
void loss_chain_sa(double a, const double *b, double *y, ptrdiff_t n);
/// y = a / b, where a is a tangent: 0 wherever a is 0.
void loss_chain_quotient(const double *a, const double *b, double *y, ptrdiff_t n);
void loss_chain_quotient_as(const double *a, double b, double *y, ptrdiff_t n);
void loss_chain_quotient_sa(double a, const double *b, double *y, ptrdiff_t n);

/// Whether all elements are finite: 1 or 0.
int loss_all_finite(const double *x, ptrdiff_t n);

/// y = a b + c, each rounded once (twice on baseline x86-64).
void loss_fma(const double *a, const double *b, const double *c, double *y, ptrdiff_t n);
/// y += a x, as `loss_fma`. For y += a .* x give y as c and as y to `loss_fma`.
void loss_add_scaled(double a, const double *x, double *y, ptrdiff_t n);

// MARK: - Reductions

/// The sum, compensated in the order of `Summation` in LossKit: the same double as that gives.
///
/// Element i goes to lane i % 8; each lane adds by TwoSum, its errors beside it; lanes 4 to 7 join
/// 0 to 3, of these 2 and 3 join 0 and 1, and 1 joins 0. The error is at most
/// u |Σx| + n² u² Σ|x|, u = 2^-53. 0 of nothing.
double loss_sum(const double *x, ptrdiff_t n);
/// The sum of the products, each rounded, in the order of `loss_sum`.
double loss_dot(const double *a, const double *b, ptrdiff_t n);
/// The largest; nan if there is one, -inf of nothing, of zeros +0 if there is one.
double loss_max(const double *x, ptrdiff_t n);

/// `loss_sum` of many rows, the same double: entry j of row r is at `x[j * stride + r]`.
void loss_sum_columns(
    const double *x, ptrdiff_t stride, ptrdiff_t n, double *y, ptrdiff_t rows);
/// `loss_dot` of many rows.
void loss_dot_columns(
    const double *a, ptrdiff_t a_stride, const double *x, ptrdiff_t stride, ptrdiff_t n, double *y,
    ptrdiff_t rows);

/// `y[c * y_stride + r] = x[r * x_stride + c]` for r < rows and c < columns.
void loss_transpose(
    const double *x, ptrdiff_t x_stride, double *y, ptrdiff_t y_stride, ptrdiff_t rows,
    ptrdiff_t columns);

/// `y[r * columns + c]` is the sum of `left[p][r] * right[p][c]` over all products p, in their order,
/// as `loss_fma`.
void loss_sum_outer_products(
    const double *const *left, const double *const *right, ptrdiff_t products, double *y,
    ptrdiff_t rows, ptrdiff_t columns);

/// y = a where the mask is not 0, else b.
void loss_select(const double *mask, const double *a, const double *b, double *y, ptrdiff_t n);

// MARK: - Log-sum-exp with a sharpness k
//
// With m the largest entry and R the sum of e^{k (x - m)} over all entries but the first largest,
// summed as `loss_sum` sums: lse = m + ln(1 + R)/k, and softmax is weight times 1/(1 + R). For the
// logarithm R is not rounded to one double.
// Entries of -inf are masks: weight 0, value -inf if there is nothing else; entries of +inf share
// all the weight. With a nan entry, or a k that is not above 0, value and inverse are nan (and so
// is each weight times inverse).
//
// The value errs by at most 2 ulp of the larger of |m| and ln(1 + R)/k. Where these two cancel it
// is for the caller to sum with more digits: where 4 |value| < value - m.

/// The value of a row.
///
/// - Parameters:
///   - weights: Takes e^{k (x - m)}, 1 at the largest; may be NULL, or x.
///   - inverse: Takes 1/(1 + R); may be NULL.
double loss_lse(const double *x, ptrdiff_t n, double k, double *weights, double *inverse);

/// R alone, for an m that the caller has found: the sum of e^{k (x - m)} without the first entry
/// that is m, if there is one. `weights` as in `loss_lse`.
double loss_sum_exp_shift(const double *x, ptrdiff_t n, double k, double m, double *weights);

/// `loss_lse`, the same bits, of many rows whose entries j lie side by side.
///
/// Strides that are powers of two push columns out of the cache: 520 is better than 512.
///
/// - Parameters:
///   - x: Entry j of row r is at `x[j * stride + r]`.
///   - n: The entries of a row.
///   - value: One for each row.
///   - weights: That of entry j of row r comes at `weights[j * weight_stride + r]`, which
///     may be x with its stride, but not NULL.
///   - inverse: One for each row; may be NULL.
/// - Returns: The number of rows where 4 |value| < value - m.
ptrdiff_t loss_lse_columns(
    const double *x, ptrdiff_t stride, ptrdiff_t n, double k, double *value, double *weights,
    ptrdiff_t weight_stride, double *inverse, ptrdiff_t rows);

/// `y[j * y_stride + r] = a[r] * x[j * stride + r]` for j < n and r < rows: the weights of
/// `loss_lse_columns` times what each row has behind it.
void loss_scale_columns(
    const double *a, const double *x, ptrdiff_t stride, double *y, ptrdiff_t y_stride, ptrdiff_t n,
    ptrdiff_t rows);
/// The same with stores that leave the caches alone, for results that are not read again soon.
///
/// `loss_streaming_finish` has to follow, on the same thread, before another may read them.
void loss_scale_columns_streaming(
    const double *a, const double *x, ptrdiff_t stride, double *y, ptrdiff_t y_stride, ptrdiff_t n,
    ptrdiff_t rows);
void loss_streaming_finish(void);

// MARK: - Softmax cross entropy

/// `ln Σ e^s - s_y` of rows of n scores, and its derivative by the scores: softmax, but at the
/// label minus the sum of the other weights.
///
/// The value is `(m - s_y) + ln(1 + R)`, m the largest score, R as above: both terms are at least
/// 0, and the value errs by at most 2 ulp.
///
/// - Parameters:
///   - labels: For each row the place of its label among all scores, less `label_origin`.
///   - value: One for each row; may be NULL.
///   - weights: n for each row; may be NULL, must not be `scores`.
///
/// It takes up to 40 KB of stack.
void loss_cross_entropy_rows(
    const double *scores, ptrdiff_t n, const int32_t *labels, ptrdiff_t label_origin, double *value,
    double *weights, ptrdiff_t rows);

// MARK: - Matrix product

/// C = A B, A m by p, B p by n, each element at its row times `_row` plus its column times
/// `_column`; the columns of C are 1 apart. Transposes are a matter of strides.
///
/// An element is the sum over k from the first to the last: within blocks of 128 by fused
/// multiply-add (on baseline x86-64 multiplication and addition) from 0 on, then the blocks. Rows
/// and columns do not depend on each other, so a product may be computed by parts of C.
/// C must not overlap A or B. It takes up to 57 KB of stack.
void loss_matrix_product(
    const double *a, ptrdiff_t a_row, ptrdiff_t a_column, const double *b, ptrdiff_t b_row,
    ptrdiff_t b_column, double *c, ptrdiff_t c_row, ptrdiff_t m, ptrdiff_t p, ptrdiff_t n);

// MARK: - The stack

/// Where the stack of the calling thread ends for now; what is in use lies above.
///
/// Here because Swift could only take the address of a variable, which the address sanitizer keeps
/// on the heap, so as to find uses after a return.
static inline uintptr_t loss_stack_address(void) {
  return (uintptr_t)__builtin_frame_address(0);
}

// MARK: - Instruction sets

typedef enum {
  /// What every processor of the architecture has: SSE2, or NEON.
  LOSS_ISA_BASELINE = 0,
  /// AVX2 and FMA.
  LOSS_ISA_AVX2 = 1,
  /// AVX-512 F, DQ, BW and VL.
  LOSS_ISA_AVX512 = 2,
} loss_isa;

/// The name of the instruction set in use: "baseline", "avx2" or "avx512".
///
/// The best one that the processor has is picked when the program is loaded.
const char *loss_kernels_isa(void);

/// For tests only: uses another instruction set. It is not for a program with other threads.
///
/// - Returns: 0, and nothing is changed, if the processor does not have it; otherwise 1.
int loss_kernels_select(loss_isa isa);

#ifdef __cplusplus
}
#endif

#endif
