// The kernels by name: the one list from which come the table of each instruction set and the
// functions of the public header. The compiler refuses an entry that differs from its declaration.
#ifndef LOSS_KERNEL_TABLE_H
#define LOSS_KERNEL_TABLE_H

#include <stddef.h>
#include <stdint.h>

#define LOSS_UNARY(X, name) X(void, name, (const double *x, double *y, ptrdiff_t n), (x, y, n))
#define LOSS_SCALAR(X, name) X(double, name, (double x), (x))
#define LOSS_BINARY(X, name)                                                                   \
  X(void, name, (const double *a, const double *b, double *y, ptrdiff_t n), (a, b, y, n))      \
  X(void, name##_as, (const double *a, double b, double *y, ptrdiff_t n), (a, b, y, n))        \
  X(void, name##_sa, (double a, const double *b, double *y, ptrdiff_t n), (a, b, y, n))

// clang-format off
#define LOSS_KERNELS(X)                                                                        \
  LOSS_UNARY(X, loss_exp) LOSS_UNARY(X, loss_expm1) LOSS_UNARY(X, loss_log)                    \
  LOSS_UNARY(X, loss_log1p) LOSS_UNARY(X, loss_softplus) LOSS_UNARY(X, loss_sigmoid)           \
  LOSS_UNARY(X, loss_tanh)                                                                     \
  LOSS_SCALAR(X, loss_exp1) LOSS_SCALAR(X, loss_expm11) LOSS_SCALAR(X, loss_log1)              \
  LOSS_SCALAR(X, loss_log1p1) LOSS_SCALAR(X, loss_softplus1) LOSS_SCALAR(X, loss_sigmoid1)     \
  LOSS_SCALAR(X, loss_tanh1)                                                                   \
  X(void, loss_softplus_sigmoid, (const double *x, double *y, double *s, ptrdiff_t n),         \
    (x, y, s, n))                                                                              \
  X(double, loss_softplus_sigmoid1, (double x, double *slope), (x, slope))                     \
  LOSS_UNARY(X, loss_neg) LOSS_UNARY(X, loss_abs) LOSS_UNARY(X, loss_sqrt)                     \
  LOSS_UNARY(X, loss_square) LOSS_UNARY(X, loss_relu)                                          \
  LOSS_BINARY(X, loss_add) LOSS_BINARY(X, loss_sub) LOSS_BINARY(X, loss_mul)                   \
  LOSS_BINARY(X, loss_div) LOSS_BINARY(X, loss_max2) LOSS_BINARY(X, loss_min2)                 \
  LOSS_BINARY(X, loss_chain) LOSS_BINARY(X, loss_chain_quotient)                               \
  X(void, loss_fma,                                                                            \
    (const double *a, const double *b, const double *c, double *y, ptrdiff_t n),               \
    (a, b, c, y, n))                                                                           \
  X(void, loss_add_scaled, (double a, const double *x, double *y, ptrdiff_t n), (a, x, y, n))  \
  X(int, loss_all_finite, (const double *x, ptrdiff_t n), (x, n))                              \
  X(double, loss_sum, (const double *x, ptrdiff_t n), (x, n))                                  \
  X(double, loss_dot, (const double *a, const double *b, ptrdiff_t n), (a, b, n))              \
  X(double, loss_max, (const double *x, ptrdiff_t n), (x, n))                                  \
  X(double, loss_sum_exp_shift,                                                                \
    (const double *x, ptrdiff_t n, double k, double m, double *weights), (x, n, k, m, weights)) \
  X(double, loss_lse, (const double *x, ptrdiff_t n, double k, double *weights, double *inverse), \
    (x, n, k, weights, inverse))                                                               \
  X(ptrdiff_t, loss_lse_columns,                                                               \
    (const double *x, ptrdiff_t stride, ptrdiff_t n, double k, double *value, double *weights, \
     ptrdiff_t weight_stride, double *inverse, ptrdiff_t rows),                                \
    (x, stride, n, k, value, weights, weight_stride, inverse, rows))                           \
  X(void, loss_scale_columns,                                                                  \
    (const double *a, const double *x, ptrdiff_t stride, double *y, ptrdiff_t y_stride,        \
     ptrdiff_t n, ptrdiff_t rows),                                                             \
    (a, x, stride, y, y_stride, n, rows))                                                      \
  X(void, loss_scale_columns_streaming,                                                        \
    (const double *a, const double *x, ptrdiff_t stride, double *y, ptrdiff_t y_stride,        \
     ptrdiff_t n, ptrdiff_t rows),                                                             \
    (a, x, stride, y, y_stride, n, rows))                                                      \
  X(void, loss_cross_entropy_rows,                                                             \
    (const double *scores, ptrdiff_t n, const int32_t *labels, ptrdiff_t label_origin,         \
     double *value, double *weights, ptrdiff_t rows),                                          \
    (scores, n, labels, label_origin, value, weights, rows))                                   \
  X(void, loss_sum_columns,                                                                    \
    (const double *x, ptrdiff_t stride, ptrdiff_t n, double *y, ptrdiff_t rows),               \
    (x, stride, n, y, rows))                                                                   \
  X(void, loss_dot_columns,                                                                    \
    (const double *a, ptrdiff_t a_stride, const double *x, ptrdiff_t stride, ptrdiff_t n,      \
     double *y, ptrdiff_t rows),                                                               \
    (a, a_stride, x, stride, n, y, rows))                                                      \
  X(void, loss_transpose,                                                                      \
    (const double *x, ptrdiff_t x_stride, double *y, ptrdiff_t y_stride, ptrdiff_t rows,       \
     ptrdiff_t columns),                                                                       \
    (x, x_stride, y, y_stride, rows, columns))                                                 \
  X(void, loss_sum_outer_products,                                                             \
    (const double *const *left, const double *const *right, ptrdiff_t products, double *y,     \
     ptrdiff_t rows, ptrdiff_t columns),                                                       \
    (left, right, products, y, rows, columns))                                                 \
  X(void, loss_select,                                                                         \
    (const double *mask, const double *a, const double *b, double *y, ptrdiff_t n),            \
    (mask, a, b, y, n))                                                                        \
  X(void, loss_matrix_product,                                                                 \
    (const double *a, ptrdiff_t a_row, ptrdiff_t a_column, const double *b, ptrdiff_t b_row,   \
     ptrdiff_t b_column, double *c, ptrdiff_t c_row, ptrdiff_t m, ptrdiff_t p, ptrdiff_t n),   \
    (a, a_row, a_column, b, b_row, b_column, c, c_row, m, p, n))
// clang-format on

/// One instruction set's kernels.
typedef struct {
  const char *isa_name;
#define LOSS_FIELD(result, name, parameters, arguments) result(*name) parameters;
  LOSS_KERNELS(LOSS_FIELD)
#undef LOSS_FIELD
} kernel_table;

extern const kernel_table loss_kernels_baseline;
#if defined(__x86_64__)
extern const kernel_table loss_kernels_avx2;
extern const kernel_table loss_kernels_avx512;
#endif

#endif
