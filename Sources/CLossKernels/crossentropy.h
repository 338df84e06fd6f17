// Softmax cross entropy of rows: 64 rows side by side, so that a short row fills the vectors too.

/// As many scores of a row as are laid out side by side at a time.
#define CROSS_ENTROPY_WIDTH 64

/// One row, longer than the others.
INLINE void long_row(const double *x, ptrdiff_t n, ptrdiff_t label, double *value, double *weights) {
  row_result row = whole_row(x, n, 1, weights);
  if (value) *value = (row.m == x[label] ? 0 : row.m - x[label]) + excess_of(row.rest);
  if (!weights) return;
  double rest = row.rest.high + row.rest.low;
  double own = weights[label], scale = 1 / (1 + rest);
  for (ptrdiff_t j = 0; j < n; j++) weights[j] *= scale;
  // At the label minus the sum of the others, in which nothing cancels.
  weights[label] = -(own == 1 ? rest : 1 + (rest - own)) * scale;
}

/// Some rows, laid out with entry j of all of them side by side.
typedef struct {
  double entries[CROSS_ENTROPY_WIDTH * CHUNK] __attribute__((aligned(64)));
  double weights[CROSS_ENTROPY_WIDTH * CHUNK] __attribute__((aligned(64)));
} row_layout;

static void KERNEL(cross_entropy_chunk)(
    const double *scores, ptrdiff_t n, const int32_t *labels, ptrdiff_t origin, double *value,
    double *weights, ptrdiff_t rows, row_layout *layout) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    for (ptrdiff_t j = 0; j < n; j++) layout->entries[j * CHUNK + r] = scores[r * n + j];
  }
  row_chunk c = {
      .x = layout->entries, .stride = CHUNK, .weights = layout->weights, .weight_stride = CHUNK,
      .n = n, .rows = rows};
  if (find_largest(&c)) find_weights(&c, 1);
  else find_plain_weights(&c);
  double own[CHUNK], own_weight[CHUNK], scale[CHUNK];
  for (ptrdiff_t r = 0; r < rows; r++) {
    ptrdiff_t label = labels[r] - origin - r * n;
    own[r] = layout->entries[label * CHUNK + r];
    own_weight[r] = layout->weights[label * CHUNK + r];
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
    double *column = layout->weights + j * CHUNK;
    for (ptrdiff_t r = 0; r < rows; r += W)
      store_rows(column, r, rows, load_rows(column, r, rows) * load_rows(scale, r, rows));
  }
  for (ptrdiff_t r = 0; r < rows; r++) {
    for (ptrdiff_t j = 0; j < n; j++) weights[r * n + j] = layout->weights[j * CHUNK + r];
    weights[labels[r] - origin] = own_weight[r];
  }
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
  row_layout layout;
  for (ptrdiff_t r = 0; r < rows; r += CHUNK) {
    KERNEL(cross_entropy_chunk)(
        scores + r * n, n, labels + r, label_origin + r * n, value ? value + r : NULL,
        weights ? weights + r * n : NULL, rows - r < CHUNK ? rows - r : CHUNK, &layout);
  }
}
