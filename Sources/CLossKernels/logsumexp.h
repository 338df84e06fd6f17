// The log-sum-exp family with a sharpness k: with m the largest entry, d = k (x - m) <= 0 and R the
// sum of e^d over all entries but the first largest,
//
//     lse = m + ln(1 + R)/k,   weight = e^d / (1 + R).
//
// Entries of -inf are masks: weight 0. Entries equal to an infinite m count 1 (the difference would
// be nan). A nan entry makes R nan, and with it all that is made from it, so that the search for
// the largest need not look for nan: it only must not take a nan for the largest and leave it out.
//
// A weight has a relative error of at most 2^-53 (2 + |d|) before it is normalized, the value an
// absolute one near 2^-52 max(|m|, |lse|).

/// e^{k (x - m)}.
INLINE vd shifted_weight(vd x, vd m, vd k) {
  vd d = x == m ? vset(0.0) : k * (x - m);
  return vexp_nonpositive(d);
}

/// x without its first true lane, which becomes 0.
INLINE vd without_first(vd x, vi mask) {
  for (int i = 0; i < W; i++) {
    if (mask[i]) {
      x[i] = 0;
      break;
    }
  }
  return x;
}

// MARK: - One row

INLINE double row_max(const double *x, ptrdiff_t n) {
  vd none = vset(-INFINITE), m0 = none, m1 = none;
  ptrdiff_t i = 0;
  for (; i + 2 * W <= n; i += 2 * W) {
    vd x0 = vload(x + i), x1 = vload(x + i + W);
    m0 = x0 > m0 ? x0 : m0;
    m1 = x1 > m1 ? x1 : m1;
  }
  for (; i < n; i += W) {
    vd x0 = vload_first(x + i, n - i < W ? n - i : W, none);
    m0 = x0 > m0 ? x0 : m0;
  }
  m0 = m1 > m0 ? m1 : m0;
  double m = m0[0];
  for (int lane = 1; lane < W; lane++) m = m0[lane] > m ? m0[lane] : m;
  return m;
}

/// R where the largest is -inf: nothing but masks, and nan.
INLINE double masked_sum(const double *x, ptrdiff_t n, double *weights) {
  double rest = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    double weight = x[i] == -INFINITE ? 0 : NOT_A_NUMBER;
    rest += weight;
    if (weights) weights[i] = weight;
  }
  return rest;
}

INLINE double row_sum(const double *x, ptrdiff_t n, double k, double m, double *weights) {
  if (m == -INFINITE) return masked_sum(x, n, weights);
  lane_sums lanes = empty_lanes();
  vd all_m = vset(m), all_k = vset(k);
  int found = 0;
  ptrdiff_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int p = 0; p < PARTS; p++) {
      vd entry = vload(x + i + p * W);
      vd weight = shifted_weight(entry, all_m, all_k);
      if (weights) vstore(weights + i + p * W, weight);
      if (!found) {
        vi largest = entry == all_m;
        if (any(largest)) {
          weight = without_first(weight, largest);
          found = 1;
        }
      }
      add_to_lane(&lanes, p, weight);
    }
  }
  for (int p = 0; p < PARTS && i + p * W < n; p++) {
    ptrdiff_t count = count_in_part(n - i, p);
    vi present = first_lanes(count);
    // Where there is no entry the exponential is that of 0: others may be subnormal, and slow.
    vd entry = vload_first(x + i + p * W, count, all_m);
    vd weight = shifted_weight(entry, all_m, all_k);
    if (weights) vstore_first(weights + i + p * W, weight, count);
    if (!found) {
      vi largest = (entry == all_m) & present;
      if (any(largest)) {
        weight = without_first(weight, largest);
        found = 1;
      }
    }
    add_to_lane(&lanes, p, present ? weight : vset(-0.0));
  }
  return n > 0 ? joined(lanes) : 0;
}

double KERNEL(loss_sum_exp_shift)(
    const double *x, ptrdiff_t n, double k, double m, double *weights) {
  return row_sum(x, n, k, m, weights);
}

double KERNEL(loss_lse)(
    const double *x, ptrdiff_t n, double k, double *weights, double *inverse) {
  double m = row_max(x, n);
  // Not at most 0: nan too is no sharpness.
  double rest = k > 0 ? row_sum(x, n, k, m, weights) : NOT_A_NUMBER;
  if (!(k > 0) && weights) {
    for (ptrdiff_t i = 0; i < n; i++) weights[i] = NOT_A_NUMBER;
  }
  if (inverse) *inverse = 1 / (1 + rest);
  if (rest == 0) return m;
  double excess = vlog1p(vset(rest))[0];
  return m + (k == 1 ? excess : excess / k);
}

// MARK: - Many rows, entry j of all of them side by side

/// A sum and its errors, of W rows.
typedef struct {
  vd sum, error;
} row_lane;

/// W rows: entry j begins at x + j stride.
typedef struct {
  const double *x;
  ptrdiff_t stride;
  double *weights;
  ptrdiff_t weight_stride;
  ptrdiff_t n;
  /// How many of the W rows there are.
  ptrdiff_t count;
  vd k, m;
  /// The place of the first largest entry.
  vi largest;
  /// Whether some m is -inf.
  int is_masked;
} row_block;

INLINE vd block_entry(const row_block *b, ptrdiff_t j) {
  const double *p = b->x + j * b->stride;
  return b->count == W ? vload(p) : vload_first(p, b->count, vset(0.0));
}

/// The weight of entry j, kept; without the largest.
INLINE vd block_weight(const row_block *b, ptrdiff_t j) {
  vd entry = block_entry(b, j);
  vd weight = shifted_weight(entry, b->m, b->k);
  if (__builtin_expect(b->is_masked, 0)) weight = entry == -INFINITE ? vset(0.0) : weight;
  if (b->weights) {
    double *p = b->weights + j * b->weight_stride;
    if (b->count == W) vstore(p, weight);
    else vstore_first(p, weight, b->count);
  }
  return b->largest == viset(j) ? vset(0.0) : weight;
}

/// The sum of the lanes in the order of `joined`: a lane is computed when it is needed, in the order
/// 0 4 2 6 1 5 3 7, so that no more than four sums wait in registers.
INLINE vd block_sum(const row_block *b) {
  static const int order[8] = {0, 4, 2, 6, 1, 5, 3, 7};
  row_lane waiting[4];
  int top = 0;
  for (int t = 0; t < 8; t++) {
    row_lane lane = {vset(-0.0), vset(0.0)};
    ptrdiff_t j = order[t];
    if (j < b->n) lane.sum = block_weight(b, j);
    for (j += 8; j < b->n; j += 8) {
      expansion sum = sum_of(lane.sum, block_weight(b, j));
      lane.error += sum.low;
      lane.sum = sum.high;
    }
    for (int pairs = t; pairs & 1; pairs >>= 1) {
      row_lane first = waiting[--top];
      expansion sum = sum_of(first.sum, lane.sum);
      lane.error = (first.error + lane.error) + sum.low;
      lane.sum = sum.high;
    }
    waiting[top++] = lane;
  }
  vd error = waiting[0].error;
  return waiting[0].sum + (error == 0.0 ? vset(0.0) : error);
}

/// W rows; returns how many cancel.
INLINE ptrdiff_t block_lse(row_block b, double *value, double *inverse) {
  b.m = block_entry(&b, 0);
  b.largest = viset(0);
  for (ptrdiff_t j = 1; j < b.n; j++) {
    vd entry = block_entry(&b, j);
    vi larger = entry > b.m;
    b.m = larger ? entry : b.m;
    b.largest = larger ? viset(j) : b.largest;
  }
  b.is_masked = any(b.m == -INFINITE);
  vd rest = block_sum(&b);
  vd excess = vlog1p(rest);
  if (any(b.k != 1.0)) {
    vi is_sharpness = b.k > 0.0;
    excess = rest == 0.0 ? vset(0.0) : excess / b.k;
    excess = is_sharpness ? excess : vset(NOT_A_NUMBER);
    rest = is_sharpness ? rest : vset(NOT_A_NUMBER);
  }
  vd result = b.m + excess;
  vd reciprocal = 1.0 / (1.0 + rest);
  vi cancels = vabs(result) * 4.0 < excess;
  if (b.count == W) {
    vstore(value, result);
    if (inverse) vstore(inverse, reciprocal);
    return any(cancels) ? count_true(cancels) : 0;
  }
  vstore_first(value, result, b.count);
  if (inverse) vstore_first(inverse, reciprocal, b.count);
  return count_true(cancels & first_lanes(b.count));
}

ptrdiff_t KERNEL(loss_lse_columns)(
    const double *x, ptrdiff_t stride, ptrdiff_t n, double k, double *value, double *weights,
    ptrdiff_t weight_stride, double *inverse, ptrdiff_t rows) {
  ptrdiff_t cancelling = 0;
  if (n <= 0) {
    for (ptrdiff_t r = 0; r < rows; r++) {
      value[r] = -INFINITE;
      if (inverse) inverse[r] = 1;
    }
    return 0;
  }
  row_block b = {.stride = stride, .weight_stride = weight_stride, .n = n, .k = vset(k)};
  for (ptrdiff_t r = 0; r < rows; r += W) {
    b.x = x + r;
    b.weights = weights ? weights + r : NULL;
    double *reciprocals = inverse ? inverse + r : NULL;
    if (r + W <= rows) {
      b.count = W;
      cancelling += block_lse(b, value + r, reciprocals);
    } else {
      b.count = rows - r;
      cancelling += block_lse(b, value + r, reciprocals);
    }
  }
  return cancelling;
}

/// y = a x, each column times a; `align` takes elements one by one until a streaming store may begin.
#define SCALE_COLUMNS(name, store, align)                                                         \
  void KERNEL(name)(                                                                              \
      const double *a, const double *x, ptrdiff_t stride, double *y, ptrdiff_t y_stride,          \
      ptrdiff_t n, ptrdiff_t rows) {                                                              \
    for (ptrdiff_t j = 0; j < n; j++) {                                                           \
      const double *from = x + j * stride;                                                        \
      double *to = y + j * y_stride;                                                              \
      ptrdiff_t r = 0;                                                                            \
      if (align) {                                                                                \
        for (; r < rows && (uintptr_t)(to + r) % sizeof(vd) != 0; r++) to[r] = a[r] * from[r];    \
      }                                                                                           \
      for (; r + W <= rows; r += W) store(to + r, vload(a + r) * vload(from + r));                \
      vd last = vload_first(a + r, rows - r, vset(0.0));                                          \
      vstore_first(to + r, last * vload_first(from + r, rows - r, vset(0.0)), rows - r);          \
    }                                                                                             \
  }

SCALE_COLUMNS(loss_scale_columns, vstore, 0)
SCALE_COLUMNS(loss_scale_columns_streaming, vstore_streaming, 1)
