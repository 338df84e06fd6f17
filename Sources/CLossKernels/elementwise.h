// Loops over arrays. Every element is computed by the same vector code, whatever its lane; the last
// ones come in a vector of which the other lanes are filled with a harmless number.

#define UNARY(name, fill, function)                                                       \
  void KERNEL(name)(const double *x, double *y, ptrdiff_t n) {                            \
    ptrdiff_t i = 0;                                                                      \
    for (; i + W <= n; i += W) vstore(y + i, function(vload(x + i)));                     \
    if (i < n) vstore_first(y + i, function(vload_rest(x + i, n - i, vset(fill))), n - i); \
  }
#define SCALAR(name, function) \
  double KERNEL(name)(double x) { return function(vset(x))[0]; }

UNARY(loss_exp, 0.0, vexp)
UNARY(loss_expm1, 0.0, vexpm1)
UNARY(loss_log, 1.0, vlog)
UNARY(loss_log1p, 0.0, vlog1p)
UNARY(loss_sigmoid, 0.0, vsigmoid)

SCALAR(loss_exp1, vexp)
SCALAR(loss_expm11, vexpm1)
SCALAR(loss_log1, vlog)
SCALAR(loss_log1p1, vlog1p)
SCALAR(loss_softplus1, vsoftplus)
SCALAR(loss_sigmoid1, vsigmoid)
SCALAR(loss_tanh1, vtanh)

INLINE vd vnegative(vd x) { return -x; }
INLINE vd vsquare(vd x) { return x * x; }
/// max(x, 0): +0 of -0.
INLINE vd vrelu(vd x) { return x <= 0.0 ? vset(0.0) : x; }

UNARY(loss_neg, 0.0, vnegative)
UNARY(loss_abs, 0.0, vabs)
UNARY(loss_sqrt, 0.0, vsqrt)
UNARY(loss_square, 0.0, vsquare)
UNARY(loss_relu, 0.0, vrelu)

// MARK: - In stages
//
// Where a function takes a hundred operations that wait for each other, the processor looks ahead
// no further than the next vector. So each stage runs over a chunk before the next: the same
// operations, so the same bits, in two thirds of the time.
#define CHUNK 64

void KERNEL(loss_softplus)(const double *x, double *y, ptrdiff_t n) {
  expansion e[CHUNK / W];
  ptrdiff_t i = 0;
  for (; i + CHUNK <= n; i += CHUNK) {
    for (int j = 0; j < CHUNK / W; j++) e[j] = decayed(decay(vload(x + i + j * W)));
    for (int j = 0; j < CHUNK / W; j++)
      vstore(y + i + j * W, softplus_of(vload(x + i + j * W), e[j]));
  }
  for (; i + W <= n; i += W) vstore(y + i, vsoftplus(vload(x + i)));
  if (i < n) vstore_first(y + i, vsoftplus(vload_rest(x + i, n - i, vset(0.0))), n - i);
}

void KERNEL(loss_tanh)(const double *x, double *y, ptrdiff_t n) {
  expansion t[CHUNK / W];
  ptrdiff_t i = 0;
  for (; i + CHUNK <= n; i += CHUNK) {
    for (int j = 0; j < CHUNK / W; j++) t[j] = decayed_expm1(vload(x + i + j * W));
    for (int j = 0; j < CHUNK / W; j++)
      vstore(y + i + j * W, tanh_of(vload(x + i + j * W), t[j]));
  }
  for (; i + W <= n; i += W) vstore(y + i, vtanh(vload(x + i)));
  if (i < n) vstore_first(y + i, vtanh(vload_rest(x + i, n - i, vset(0.0))), n - i);
}

typedef struct {
  vd value, slope;
} valued_slope;

INLINE valued_slope vsoftplus_sigmoid(vd x) {
  decaying_exponential d = decay(x);
  expansion e = decayed(d);
  return (valued_slope){softplus_of(x, e), sigmoid_of(x, d, e)};
}

double KERNEL(loss_softplus_sigmoid1)(double x, double *slope) {
  valued_slope r = vsoftplus_sigmoid(vset(x));
  *slope = r.slope[0];
  return r.value[0];
}

void KERNEL(loss_softplus_sigmoid)(const double *x, double *y, double *s, ptrdiff_t n) {
  vd argument[CHUNK / W];
  decaying_exponential d[CHUNK / W];
  expansion e[CHUNK / W];
  ptrdiff_t i = 0;
  for (; i + CHUNK <= n; i += CHUNK) {
    for (int j = 0; j < CHUNK / W; j++) {
      // Kept, because y may be x.
      argument[j] = vload(x + i + j * W);
      d[j] = decay(argument[j]);
      e[j] = decayed(d[j]);
    }
    for (int j = 0; j < CHUNK / W; j++) vstore(y + i + j * W, softplus_of(argument[j], e[j]));
    for (int j = 0; j < CHUNK / W; j++) vstore(s + i + j * W, sigmoid_of(argument[j], d[j], e[j]));
  }
  for (; i + W <= n; i += W) {
    valued_slope r = vsoftplus_sigmoid(vload(x + i));
    vstore(y + i, r.value);
    vstore(s + i, r.slope);
  }
  if (i < n) {
    valued_slope r = vsoftplus_sigmoid(vload_rest(x + i, n - i, vset(0.0)));
    vstore_first(y + i, r.value, n - i);
    vstore_first(s + i, r.slope, n - i);
  }
}

// MARK: - Two operands

INLINE vd vadd(vd a, vd b) { return a + b; }
INLINE vd vsub(vd a, vd b) { return a - b; }
INLINE vd vmul(vd a, vd b) { return a * b; }
INLINE vd vdiv(vd a, vd b) { return a / b; }
/// nan if either is; of two zeros the positive one, if there is one.
INLINE vd vmax(vd a, vd b) {
  vd larger = a > b ? a : b;
  larger = a == b ? of_bits(bits_of(a) & bits_of(b)) : larger;
  return a != a ? a : larger;
}
/// nan if either is; of two zeros the negative one, if there is one.
INLINE vd vmin(vd a, vd b) {
  vd smaller = a < b ? a : b;
  smaller = a == b ? of_bits(bits_of(a) | bits_of(b)) : smaller;
  return a != a ? a : smaller;
}

/// a b, where b is a tangent: 0 wherever b is 0, even if a is infinite or nan.
INLINE vd vchain(vd a, vd b) { return b == 0.0 ? vset(0.0) : a * b; }
/// a / b, where a is a tangent: 0 wherever a is 0.
INLINE vd vchain_quotient(vd a, vd b) { return a == 0.0 ? vset(0.0) : a / b; }

/// Array and array, array and scalar, scalar and array.
#define BINARY(name, function)                                                                   \
  void KERNEL(name)(const double *a, const double *b, double *y, ptrdiff_t n) {                  \
    ptrdiff_t i = 0;                                                                             \
    for (; i + W <= n; i += W) vstore(y + i, function(vload(a + i), vload(b + i)));              \
    if (i == n) return;                                                                          \
    vd last = vload_rest(a + i, n - i, vset(1.0));                                              \
    vstore_first(y + i, function(last, vload_rest(b + i, n - i, vset(1.0))), n - i);            \
  }                                                                                              \
  void KERNEL(name##_as)(const double *a, double b, double *y, ptrdiff_t n) {                    \
    vd all = vset(b);                                                                            \
    ptrdiff_t i = 0;                                                                             \
    for (; i + W <= n; i += W) vstore(y + i, function(vload(a + i), all));                       \
    if (i < n) vstore_first(y + i, function(vload_rest(a + i, n - i, all), all), n - i);        \
  }                                                                                              \
  void KERNEL(name##_sa)(double a, const double *b, double *y, ptrdiff_t n) {                    \
    vd all = vset(a);                                                                            \
    ptrdiff_t i = 0;                                                                             \
    for (; i + W <= n; i += W) vstore(y + i, function(all, vload(b + i)));                       \
    if (i < n) vstore_first(y + i, function(all, vload_rest(b + i, n - i, vset(1.0))), n - i);  \
  }

BINARY(loss_add, vadd)
BINARY(loss_sub, vsub)
BINARY(loss_mul, vmul)
BINARY(loss_div, vdiv)
BINARY(loss_max2, vmax)
BINARY(loss_min2, vmin)
BINARY(loss_chain, vchain)
BINARY(loss_chain_quotient, vchain_quotient)

/// Whether all are finite.
int KERNEL(loss_all_finite)(const double *x, ptrdiff_t n) {
  vi fine = viset(-1);
  ptrdiff_t i = 0;
  for (; i + W <= n; i += W) fine &= vload(x + i) - vload(x + i) == 0.0;
  if (i < n) {
    vd last = vload_first(x + i, n - i, vset(0.0));
    fine &= last - last == 0.0;
  }
  return !any(~fine);
}

// MARK: - Multiplication with addition

void KERNEL(loss_fma)(
    const double *a, const double *b, const double *c, double *y, ptrdiff_t n) {
  ptrdiff_t i = 0;
  for (; i + W <= n; i += W) vstore(y + i, vfma(vload(a + i), vload(b + i), vload(c + i)));
  ptrdiff_t rest = n - i;
  if (rest == 0) return;
  vd zero = vset(0.0);
  vd last = vfma(
      vload_rest(a + i, rest, zero), vload_rest(b + i, rest, zero), vload_rest(c + i, rest, zero));
  vstore_first(y + i, last, rest);
}

void KERNEL(loss_add_scaled)(double a, const double *x, double *y, ptrdiff_t n) {
  vd all = vset(a), zero = vset(0.0);
  ptrdiff_t i = 0;
  for (; i + W <= n; i += W) vstore(y + i, vfma(all, vload(x + i), vload(y + i)));
  if (i == n) return;
  vd last = vfma(all, vload_rest(x + i, n - i, zero), vload_rest(y + i, n - i, zero));
  vstore_first(y + i, last, n - i);
}
