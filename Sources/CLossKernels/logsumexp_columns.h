// Log-sum-exp of many rows, entry j of all of them side by side: the same bits as row by row.
//
// In chunks of rows, each stage for the whole chunk before the next, as in `elementwise.h`.

/// Some rows: entry j begins at x + j stride.
typedef struct {
  const double *x;
  ptrdiff_t stride;
  double *weights;
  ptrdiff_t weight_stride;
  ptrdiff_t n;
  ptrdiff_t rows;
  vd maxima[CHUNK / W];
  /// The place of the first largest entry.
  vi largest[CHUNK / W];
} row_chunk;

/// The vector of entries j that begins at row r.
INLINE vd load_rows(const double *entries, ptrdiff_t r, ptrdiff_t rows) {
  return r + W <= rows ? vload(entries + r) : vload_first(entries + r, rows - r, vset(0.0));
}
INLINE void store_rows(double *entries, ptrdiff_t r, ptrdiff_t rows, vd x) {
  if (r + W <= rows) vstore(entries + r, x);
  else vstore_first(entries + r, x, rows - r);
}

/// Finds the largest entries; returns whether one is infinite.
INLINE int find_largest(row_chunk *c) {
  vi is_infinite = viset(0);
  for (ptrdiff_t r = 0; r < c->rows; r += W) {
    vd m = load_rows(c->x, r, c->rows);
    vi largest = viset(0);
    for (ptrdiff_t j = 1; j < c->n; j++) {
      vd entry = load_rows(c->x + j * c->stride, r, c->rows);
      // The next chunk's, one line of the cache each: the processor itself does not look so far
      // ahead in so many columns. An address behind the last row does no harm.
      if (r % 8 == 0) prefetch(c->x + j * c->stride + r + CHUNK);
      vi larger = entry > m;
      m = larger ? entry : m;
      largest = larger ? viset(j) : largest;
    }
    c->maxima[r / W] = m;
    // A nan in the first place is still there, and must not be left out of the sum.
    c->largest[r / W] = m == m ? largest : viset(-1);
    is_infinite |= vabs(m) == INFINITE;
  }
  return any(is_infinite);
}

/// The weights where k is 1 and no largest entry infinite.
INLINE void find_plain_weights(const row_chunk *c) {
  for (ptrdiff_t j = 0; j < c->n; j++) {
    const double *from = c->x + j * c->stride;
    double *to = c->weights + j * c->weight_stride;
    for (ptrdiff_t r = 0; r < c->rows; r += W) {
      vd d = load_rows(from, r, c->rows) - c->maxima[r / W];
      store_rows(to, r, c->rows, vexp_nonpositive(d));
    }
  }
}

INLINE void find_weights(const row_chunk *c, double k) {
  vd all_k = vset(k);
  for (ptrdiff_t j = 0; j < c->n; j++) {
    const double *from = c->x + j * c->stride;
    double *to = c->weights + j * c->weight_stride;
    for (ptrdiff_t r = 0; r < c->rows; r += W) {
      vd entry = load_rows(from, r, c->rows), m = c->maxima[r / W];
      vd weight = shifted_weight(entry, m, all_k);
      vi is_mask = (entry == -INFINITE) & (m == -INFINITE);
      store_rows(to, r, c->rows, is_mask ? vset(0.0) : weight);
    }
  }
}

/// Sums of W rows and their errors.
typedef struct {
  vd sum, error;
} row_sums;

/// The sum of the weights in one lane of `Summation`'s order: those of entries j, j + 8, …
INLINE row_sums sum_rows_lane(const row_chunk *c, ptrdiff_t r, ptrdiff_t j) {
  row_sums lane = {vset(-0.0), vset(0.0)};
  vi largest = c->largest[r / W];
  if (j >= c->n) return lane;
  vd weight = load_rows(c->weights + j * c->weight_stride, r, c->rows);
  lane.sum = largest == viset(j) ? vset(0.0) : weight;
  for (j += 8; j < c->n; j += 8) {
    weight = load_rows(c->weights + j * c->weight_stride, r, c->rows);
    expansion sum = sum_of(lane.sum, largest == viset(j) ? vset(0.0) : weight);
    lane.error += sum.low;
    lane.sum = sum.high;
  }
  return lane;
}

INLINE row_sums joined_rows(row_sums a, row_sums b) {
  expansion sum = sum_of(a.sum, b.sum);
  return (row_sums){sum.high, (a.error + b.error) + sum.low};
}

/// R, in the order of `joined`: a lane is summed when it is needed, so that few wait in registers.
INLINE row_sums sum_rows(const row_chunk *c, ptrdiff_t r) {
  row_sums total = sum_rows_lane(c, r, 0);
  if (c->n > 4) total = joined_rows(total, sum_rows_lane(c, r, 4));
  if (c->n > 2) {
    row_sums even = sum_rows_lane(c, r, 2);
    if (c->n > 6) even = joined_rows(even, sum_rows_lane(c, r, 6));
    total = joined_rows(total, even);
  }
  if (c->n > 1) {
    row_sums odd = sum_rows_lane(c, r, 1);
    if (c->n > 5) odd = joined_rows(odd, sum_rows_lane(c, r, 5));
    if (c->n > 3) {
      row_sums third = sum_rows_lane(c, r, 3);
      if (c->n > 7) third = joined_rows(third, sum_rows_lane(c, r, 7));
      odd = joined_rows(odd, third);
    }
    total = joined_rows(total, odd);
  }
  return total;
}

/// Returns how many rows cancel.
INLINE ptrdiff_t chunk_lse(row_chunk *c, double k, double *value, double *inverse) {
  int is_infinite = find_largest(c);
  if (k == 1 && !is_infinite) find_plain_weights(c);
  else find_weights(c, k);

  row_sums rests[CHUNK / W];
  for (ptrdiff_t r = 0; r < c->rows; r += W) {
    // Not at most 0: nan too is no sharpness.
    rests[r / W] = k > 0 ? sum_rows(c, r) : (row_sums){vset(NOT_A_NUMBER), vset(0.0)};
  }
  ptrdiff_t cancelling = 0;
  for (ptrdiff_t r = 0; r < c->rows; r += W) {
    row_sums rest = rests[r / W];
    vd m = c->maxima[r / W];
    vd excess = log1p_of_sum(rest.sum, rest.error);
    if (k != 1) excess /= k;
    // Without a rest m is the value, also where 0/k or inf + 0 would be nan.
    vd result = rest.sum == 0.0 ? m : m + excess;
    vi cancels = vabs(result) * 4.0 < excess;
    if (any(cancels)) cancelling += count_true(cancels & first_lanes(c->rows - r));
    store_rows(value, r, c->rows, result);
    if (inverse) store_rows(inverse, r, c->rows, 1.0 / (1.0 + (rest.sum + rest.error)));
  }
  return cancelling;
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
  // Not by an initializer, which would clear the maxima for each call.
  row_chunk c;
  c.stride = stride;
  c.weight_stride = weight_stride;
  c.n = n;
  for (ptrdiff_t r = 0; r < rows; r += CHUNK) {
    c.x = x + r;
    c.weights = weights + r;
    if (r + CHUNK <= rows) {
      c.rows = CHUNK;
      cancelling += chunk_lse(&c, k, value + r, inverse ? inverse + r : NULL);
    } else {
      c.rows = rows - r;
      cancelling += chunk_lse(&c, k, value + r, inverse ? inverse + r : NULL);
    }
  }
  return cancelling;
}

INLINE void scale_rows(const double *a, const double *x, double *y, ptrdiff_t count) {
  vd product = vload_first(a, count, vset(0.0)) * vload_first(x, count, vset(0.0));
  vstore_first(y, product, count);
}

/// y = a x, each column times a; `head` of a column's address come before the first whole vector.
#define SCALE_COLUMNS(name, store, head)                                                          \
  void KERNEL(name)(                                                                              \
      const double *a, const double *x, ptrdiff_t stride, double *y, ptrdiff_t y_stride,          \
      ptrdiff_t n, ptrdiff_t rows) {                                                              \
    for (ptrdiff_t j = 0; j < n; j++) {                                                           \
      const double *from = x + j * stride;                                                        \
      double *to = y + j * y_stride;                                                              \
      ptrdiff_t r = head(to) < rows ? head(to) : rows;                                            \
      if (r > 0) scale_rows(a, from, to, r);                                                      \
      for (; r + W <= rows; r += W) store(to + r, vload(a + r) * vload(from + r));                \
      if (r < rows) scale_rows(a + r, from + r, to + r, rows - r);                                \
    }                                                                                             \
  }

#define NO_HEAD(p) ((ptrdiff_t)0)
/// The elements before the next address where a vector may be streamed to.
#define UNALIGNED_HEAD(p) \
  ((ptrdiff_t)((sizeof(vd) - (uintptr_t)(p) % sizeof(vd)) % sizeof(vd) / sizeof(double)))

SCALE_COLUMNS(loss_scale_columns, vstore, NO_HEAD)
SCALE_COLUMNS(loss_scale_columns_streaming, vstore_streaming, UNALIGNED_HEAD)
