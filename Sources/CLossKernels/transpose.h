// Transposes, in squares of W by W that stay in registers.

/// Exchanges lanes between rows as far apart as the lanes are, first 1, then 4 and 2 (Eklundh 1972,
/// "A fast computer method for matrix transposing").
INLINE void transpose_square(vd s[W]) {
  for (int i = 0; i < W; i += 2) {
    vd a = s[i], b = s[i + 1];
#if W == 8
    s[i] = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
    s[i + 1] = __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
#elif W == 4
    s[i] = __builtin_shufflevector(a, b, 0, 4, 2, 6);
    s[i + 1] = __builtin_shufflevector(a, b, 1, 5, 3, 7);
#else
    s[i] = __builtin_shufflevector(a, b, 0, 2);
    s[i + 1] = __builtin_shufflevector(a, b, 1, 3);
#endif
  }
#if W == 8
  for (int i = 0; i < 4; i++) {
    vd a = s[i], b = s[i + 4];
    s[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
    s[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
  }
#endif
#if W >= 4
  for (int i = 0; i < W; i += 4) {
    for (int j = i; j < i + 2; j++) {
      vd a = s[j], b = s[j + 2];
#if W == 8
      s[j] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
      s[j + 2] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
#else
      s[j] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
      s[j + 2] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
#endif
    }
  }
#endif
}

/// The part of a transpose that begins at row r and column c, as much of a square as there is.
INLINE void transpose_part(
    const double *x, ptrdiff_t x_stride, double *y, ptrdiff_t y_stride, ptrdiff_t rows,
    ptrdiff_t columns) {
  vd square[W];
  for (int i = 0; i < W; i++)
    square[i] = i < rows ? load_rows(x + i * x_stride, 0, columns) : vset(0.0);
  transpose_square(square);
  for (int j = 0; j < W; j++)
    if (j < columns) store_rows(y + j * y_stride, 0, rows, square[j]);
}

/// The same one by one: narrow vectors gain nothing where a square is not full.
INLINE void transpose_strip(
    const double *x, ptrdiff_t x_stride, double *y, ptrdiff_t y_stride, ptrdiff_t rows,
    ptrdiff_t columns) {
  for (ptrdiff_t c = 0; c < columns; c++)
    for (ptrdiff_t r = 0; r < rows; r++) y[c * y_stride + r] = x[r * x_stride + c];
}

void KERNEL(loss_transpose)(
    const double *x, ptrdiff_t x_stride, double *y, ptrdiff_t y_stride, ptrdiff_t rows,
    ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r += W) {
    ptrdiff_t height = rows - r < W ? rows - r : W;
    for (ptrdiff_t c = 0; c < columns; c += W) {
      ptrdiff_t width = columns - c < W ? columns - c : W;
      const double *from = x + r * x_stride + c;
      double *to = y + c * y_stride + r;
      if (height == W && width == W) transpose_part(from, x_stride, to, y_stride, W, W);
      else if (W < 8) transpose_strip(from, x_stride, to, y_stride, height, width);
      else transpose_part(from, x_stride, to, y_stride, height, width);
    }
  }
}
