// Sums of many rows, entry j of all of them side by side: in the order of `loss_sum`, so that a row
// has the same sum wherever it lies.

/// What is summed: entries x, or products of entries a and x.
typedef struct {
  const double *a;
  ptrdiff_t a_stride;
  const double *x;
  ptrdiff_t stride;
  ptrdiff_t n;
  ptrdiff_t rows;
} summed_columns;

INLINE vd column_entry(const summed_columns *c, ptrdiff_t r, ptrdiff_t j, double scale) {
  vd entry = load_rows(c->x + j * c->stride, r, c->rows);
  if (c->a) entry = load_rows(c->a + j * c->a_stride, r, c->rows) * entry;
  return scale == 1 ? entry : entry * scale;
}

INLINE row_sums column_lane(const summed_columns *c, ptrdiff_t r, ptrdiff_t j, double scale) {
  row_sums lane = {vset(-0.0), vset(0.0)};
  if (j >= c->n) return lane;
  lane.sum = column_entry(c, r, j, scale);
  for (j += 8; j < c->n; j += 8) {
    expansion sum = sum_of(lane.sum, column_entry(c, r, j, scale));
    lane.error += sum.low;
    lane.sum = sum.high;
  }
  return lane;
}

INLINE vd column_lanes_sum(const summed_columns *c, ptrdiff_t r, double scale) {
  row_sums even = joined_rows(
      joined_rows(column_lane(c, r, 0, scale), column_lane(c, r, 4, scale)),
      joined_rows(column_lane(c, r, 2, scale), column_lane(c, r, 6, scale)));
  row_sums odd = joined_rows(
      joined_rows(column_lane(c, r, 1, scale), column_lane(c, r, 5, scale)),
      joined_rows(column_lane(c, r, 3, scale), column_lane(c, r, 7, scale)));
  row_sums total = joined_rows(even, odd);
  // As in `joined`.
  vi counts = (vabs(total.error) < INFINITE) & (total.error != 0.0);
  return counts ? total.sum + total.error : total.sum;
}

/// As `total` in summation.h.
INLINE vd column_sum(const summed_columns *c, ptrdiff_t r) {
  if (c->n <= 0) return vset(0.0);
  vd plain = column_lanes_sum(c, r, 1);
  vi is_finite = vabs(plain) < INFINITE;
  if (__builtin_expect(any(~is_finite), 0))
    return is_finite ? plain : column_lanes_sum(c, r, 0x1p-64) * 0x1p64;
  return plain;
}

void KERNEL(loss_sum_columns)(
    const double *x, ptrdiff_t stride, ptrdiff_t n, double *y, ptrdiff_t rows) {
  summed_columns c = {.x = x, .stride = stride, .n = n, .rows = rows};
  for (ptrdiff_t r = 0; r < rows; r += W) store_rows(y, r, rows, column_sum(&c, r));
}

void KERNEL(loss_dot_columns)(
    const double *a, ptrdiff_t a_stride, const double *x, ptrdiff_t stride, ptrdiff_t n, double *y,
    ptrdiff_t rows) {
  summed_columns c = {
      .a = a, .a_stride = a_stride, .x = x, .stride = stride, .n = n, .rows = rows};
  for (ptrdiff_t r = 0; r < rows; r += W) store_rows(y, r, rows, column_sum(&c, r));
}

/// As many rows at a time of a sum of outer products.
#define OUTER_ROWS 4

/// Sums of outer products over up to `height` rows, which share what is read of `right`.
INLINE void sum_outer_rows(
    const double *const *left, const double *const *right, int products, double *y, ptrdiff_t r,
    int height, ptrdiff_t columns) {
  for (ptrdiff_t c = 0; c < columns; c += W) {
    vd sums[OUTER_ROWS];
    for (int i = 0; i < height; i++) sums[i] = vset(0.0);
    for (int p = 0; p < products; p++) {
      vd entries = load_rows(right[p], c, columns);
      for (int i = 0; i < height; i++) sums[i] = vfma(vset(left[p][r + i]), entries, sums[i]);
    }
    for (int i = 0; i < height; i++) store_rows(y + (r + i) * columns, c, columns, sums[i]);
  }
}

INLINE void sum_outer_form(
    const double *const *left, const double *const *right, int products, double *y, ptrdiff_t rows,
    ptrdiff_t columns) {
  ptrdiff_t r = 0;
  for (; r + OUTER_ROWS <= rows; r += OUTER_ROWS)
    sum_outer_rows(left, right, products, y, r, OUTER_ROWS, columns);
  for (; r < rows; r++) sum_outer_rows(left, right, products, y, r, 1, columns);
}

void KERNEL(loss_sum_outer_products)(
    const double *const *left, const double *const *right, ptrdiff_t products, double *y,
    ptrdiff_t rows, ptrdiff_t columns) {
  // The pointers are copied, because for all the compiler knows y might overwrite them.
  const double *l[4], *x[4];
  for (ptrdiff_t p = 0; p < products && p < 4; p++) {
    l[p] = left[p];
    x[p] = right[p];
  }
  switch (products) {
    case 1: sum_outer_form(l, x, 1, y, rows, columns); break;
    case 2: sum_outer_form(l, x, 2, y, rows, columns); break;
    case 3: sum_outer_form(l, x, 3, y, rows, columns); break;
    case 4: sum_outer_form(l, x, 4, y, rows, columns); break;
    default: sum_outer_form(left, right, (int)products, y, rows, columns);
  }
}

/// y = mask is not 0 ? a : b.
void KERNEL(loss_select)(
    const double *mask, const double *a, const double *b, double *y, ptrdiff_t n) {
  for (ptrdiff_t i = 0; i < n; i += W) {
    vd chosen = load_rows(mask, i, n) != 0.0 ? load_rows(a, i, n) : load_rows(b, i, n);
    store_rows(y, i, n, chosen);
  }
}
