// Softmax cross entropy of rows: 64 rows side by side, so that a short row fills the vectors too.

/// As many scores of a row as are laid out side by side; 36 KB of stack, where a thread may have
/// little.
#define CROSS_ENTROPY_WIDTH 64
/// How far apart they are: not a power of two, so that they do not share places in the cache.
#define LAYOUT_STRIDE (CHUNK + 8)

/// One row, longer than the others.
INLINE void long_row(
    const double *x, ptrdiff_t n, ptrdiff_t label, double *value, double *weights) {
  row_result row = whole_row(x, n, 1, weights);
  if (value) *value = (row.m == x[label] ? 0 : row.m - x[label]) + excess_of(row.rest);
  if (!weights) return;
  double rest = row.rest.high + row.rest.low;
  double own = weights[label], scale = 1 / (1 + rest);
  for (ptrdiff_t j = 0; j < n; j++) weights[j] *= scale;
  // At the label minus the sum of the others, in which nothing cancels.
  weights[label] = -(own == 1 ? rest : 1 + (rest - own)) * scale;
}

/// Some rows; `layout` takes entry j of all of them side by side, then the weights in their place.
INLINE void cross_entropy_chunk(
    const double *scores, ptrdiff_t n, const int32_t *labels, ptrdiff_t origin, double *value,
    double *weights, ptrdiff_t rows, double *layout) {
  KERNEL(loss_transpose)(scores, n, layout, LAYOUT_STRIDE, rows, n);
  row_chunk c;
  c.x = c.weights = layout;
  c.stride = c.weight_stride = LAYOUT_STRIDE;
  c.n = n;
  c.rows = rows;
  if (find_largest(&c)) find_weights(&c, 1);
  else find_plain_weights(&c);
  double own[CHUNK], own_weight[CHUNK], scale[CHUNK];
  for (ptrdiff_t r = 0; r < rows; r++) {
    ptrdiff_t label = labels[r] - origin - r * n;
    own[r] = scores[r * n + label];
    own_weight[r] = layout[label * LAYOUT_STRIDE + r];
  }
  for (ptrdiff_t r = 0; r < rows; r += W) {
    row_sums sums = sum_rows(&c, r);
    vd rest = sums.sum + sums.error, m = c.maxima[r / W];
    vd score = load_rows(own, r, rows), weight = load_rows(own_weight, r, rows);
    if (value) {
      vd ahead = m == score ? vset(0.0) : m - score;
      store_rows(value, r, rows, ahead + log1p_of_sum(sums.sum, sums.error));
    }
    vd inverse = 1.0 / (1.0 + rest);
    store_rows(scale, r, rows, inverse);
    vd others = weight == 1.0 ? rest : 1.0 + (rest - weight);
    store_rows(own_weight, r, rows, -others * inverse);
  }
  if (!weights) return;
  for (ptrdiff_t j = 0; j < n; j++) {
    double *column = layout + j * LAYOUT_STRIDE;
    for (ptrdiff_t r = 0; r < rows; r += W)
      store_rows(column, r, rows, load_rows(column, r, rows) * load_rows(scale, r, rows));
  }
  KERNEL(loss_transpose)(layout, LAYOUT_STRIDE, weights, n, n, rows);
  for (ptrdiff_t r = 0; r < rows; r++) weights[labels[r] - origin] = own_weight[r];
}

void KERNEL(loss_cross_entropy_rows)(
    const double *scores, ptrdiff_t n, const int32_t *labels, ptrdiff_t label_origin, double *value,
    double *weights, ptrdiff_t rows) {
  if (n > CROSS_ENTROPY_WIDTH) {
    for (ptrdiff_t r = 0; r < rows; r++) {
      ptrdiff_t label = labels[r] - label_origin - r * n;
      long_row(
          scores + r * n, n, label, value ? value + r : NULL, weights ? weights + r * n : NULL);
    }
    return;
  }
  double layout[CROSS_ENTROPY_WIDTH * LAYOUT_STRIDE] __attribute__((aligned(64)));
  for (ptrdiff_t r = 0; r < rows; r += CHUNK) {
    const double *from = scores + r * n;
    double *to = weights ? weights + r * n : NULL, *values = value ? value + r : NULL;
    ptrdiff_t origin = label_origin + r * n;
    // A whole chunk is compiled for its fixed count.
    if (r + CHUNK <= rows)
      cross_entropy_chunk(from, n, labels + r, origin, values, to, CHUNK, layout);
    else cross_entropy_chunk(from, n, labels + r, origin, values, to, rows - r, layout);
  }
}
