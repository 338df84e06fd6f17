// The matrix product. C[i,j] is the sum over k of A[i,k] B[k,j]: within blocks of 128 one chain of
// fused multiply-adds from the first k to the last, beginning at 0; then the blocks' sums from the
// first to the last. That order depends neither on the shapes nor on the instruction set.
//
// The usual blocking (Goto and van de Geijn 2008, "Anatomy of high-performance matrix
// multiplication"): a panel of B, 128 by TILE_VECTORS vectors, is copied side by side into the
// first-level cache; a tile of C, TILE_ROWS by TILE_VECTORS vectors, stays in registers. Of A 256
// rows by 128 stay in the second-level cache; where many panels use them 32 rows at a time are
// copied, as rows a power of two apart would push each other out of the first. All copies together
// are at most 57 KB of stack: a thread may have little of it. For few rows the copy of B would cost
// more than it saves.
#define DEPTH 128
#define ROW_BLOCK 256
#define COPIED_ROWS 32
/// Up to as many rows read B where it is.
#define FEW_ROWS 32
#define PANEL_COLUMNS (TILE_VECTORS * W)

/// A panel of B times rows of A.
typedef struct {
  const double *a;
  ptrdiff_t a_row, a_column;
  const double *panel;
  ptrdiff_t panel_row;
  ptrdiff_t depth;
  double *c;
  ptrdiff_t c_row;
  /// The columns that there are; the panel's other ones are 0.
  ptrdiff_t width;
  /// Whether the tile adds to C, rather than being its first block.
  int adds;
} panel_product;

/// What a panel's columns fill: whole vectors, and a half one where that is enough for the last.
///
/// Half a vector costs half the time on a processor that has twice as many such units, or computes
/// a whole vector in two steps; only those of AVX-512 are wide enough for it to count.
typedef struct {
  int vectors, halves;
} panel_shape;

#if W == 8
typedef v4 half_vector;
INLINE panel_shape shape_of(ptrdiff_t width) {
  int rest = (int)(width % W), whole = (int)(width / W);
  if (rest > W / 2) return (panel_shape){whole + 1, 0};
  return (panel_shape){whole, rest > 0};
}
INLINE half_vector load_half(const double *p, ptrdiff_t count) {
  return (half_vector)_mm256_maskz_loadu_pd((__mmask8)((1u << count) - 1), p);
}
INLINE void store_half(double *p, half_vector x, ptrdiff_t count) {
  _mm256_mask_storeu_pd(p, (__mmask8)((1u << count) - 1), (__m256d)x);
}
#define HALF_FMA(a, b, c) __builtin_elementwise_fma(low_four(a), b, c)
#define low_four(x) ((v4)__builtin_shufflevector(x, x, 0, 1, 2, 3))
#else
INLINE panel_shape shape_of(ptrdiff_t width) {
  return (panel_shape){(int)((width + W - 1) / W), 0};
}
#endif

INLINE ptrdiff_t row_length(panel_shape s) { return s.vectors * W + s.halves * (W / 2); }

INLINE void multiply_tile(panel_product t, ptrdiff_t row, int rows, panel_shape s) {
  vd sums[TILE_ROWS][TILE_VECTORS];
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < s.vectors; v++) sums[i][v] = vset(0.0);
#if W == 8
  half_vector half_sums[TILE_ROWS];
  for (int i = 0; i < rows; i++) half_sums[i] = (half_vector)0.0;
#endif
  const double *a = t.a + row * t.a_row;
  const double *b = t.panel;
  for (ptrdiff_t k = 0; k < t.depth; k++) {
    vd columns[TILE_VECTORS];
    for (int v = 0; v < s.vectors; v++) columns[v] = vload(b + v * W);
#if W == 8
    half_vector half = (half_vector)0.0;
    // Not the columns behind the last, if B is read in place.
    if (s.halves) half = load_half(b + s.vectors * W, t.width - s.vectors * W);
#endif
    for (int i = 0; i < rows; i++) {
      vd entry = vset(a[i * t.a_row]);
#if W == 8
      // Opaque, or the half is loaded and the whole made of it, by a unit that has to multiply.
      // Where more sums stand in registers it would drive them out.
      if (s.halves && s.vectors == 1) __asm__("" : "+v"(entry));
#endif
      for (int v = 0; v < s.vectors; v++) sums[i][v] = vfma(entry, columns[v], sums[i][v]);
#if W == 8
      if (s.halves) half_sums[i] = HALF_FMA(entry, half, half_sums[i]);
#endif
    }
    a += t.a_column;
    b += t.panel_row;
  }
  // Unrolled, or the sums go through memory.
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    double *c = t.c + (row + i) * t.c_row;
    for (int v = 0; v < s.vectors; v++) {
      ptrdiff_t count = t.width - v * W;
      if (count >= W) {
        vstore(c + v * W, t.adds ? vload(c + v * W) + sums[i][v] : sums[i][v]);
      } else {
        vd old = t.adds ? vload_first(c + v * W, count, vset(0.0)) : vset(0.0);
        vstore_first(c + v * W, t.adds ? old + sums[i][v] : sums[i][v], count);
      }
    }
#if W == 8
    if (s.halves) {
      double *last = c + s.vectors * W;
      ptrdiff_t count = t.width - s.vectors * W;
      store_half(last, t.adds ? load_half(last, count) + half_sums[i] : half_sums[i], count);
    }
#endif
  }
}

INLINE void multiply_rows(panel_product t, ptrdiff_t row, ptrdiff_t end, panel_shape s) {
  for (; row + TILE_ROWS <= end; row += TILE_ROWS) multiply_tile(t, row, TILE_ROWS, s);
#if TILE_ROWS > 4
  for (; row + 4 <= end; row += 4) multiply_tile(t, row, 4, s);
#endif
  for (; row + 2 <= end; row += 2) multiply_tile(t, row, 2, s);
  for (; row < end; row++) multiply_tile(t, row, 1, s);
}

/// Copies `width` columns of B side by side, `length` numbers a row. Behind the last one as many as
/// half a vector has may be overwritten.
INLINE void pack_panel(
    const double *b, ptrdiff_t b_row, ptrdiff_t b_column, ptrdiff_t depth, ptrdiff_t width,
    ptrdiff_t length, double *panel) {
  if (b_column == 1) {
    ptrdiff_t whole = width / W * W, rest = width - whole;
    for (ptrdiff_t k = 0; k < depth; k++, b += b_row, panel += length) {
      for (ptrdiff_t j = 0; j < whole; j += W) vstore(panel + j, vload(b + j));
      // Whole, also where the row has half a vector there: the next row comes over it.
      if (rest > 0) vstore(panel + whole, vload_first(b + whole, rest, vset(0.0)));
    }
    return;
  }
  // Down the columns, which lie side by side in memory where B is the transpose of a matrix.
  for (ptrdiff_t j = 0; j < length; j++) {
    for (ptrdiff_t k = 0; k < depth; k++)
      panel[k * length + j] = j < width ? b[k * b_row + j * b_column] : 0;
  }
}

/// Copies rows of A so that each tile's lie side by side, tile after tile.
///
/// Returns how many rows were copied; those that fill no tile are not.
INLINE ptrdiff_t pack_rows(
    const double *a, ptrdiff_t a_row, ptrdiff_t a_column, ptrdiff_t rows, ptrdiff_t depth,
    double *copy) {
  ptrdiff_t row = 0;
  for (; row + TILE_ROWS <= rows; row += TILE_ROWS, a += TILE_ROWS * a_row) {
    for (ptrdiff_t k = 0; k < depth; k++)
      for (int i = 0; i < TILE_ROWS; i++) *copy++ = a[i * a_row + k * a_column];
  }
  return row;
}

static __attribute__((noinline)) void KERNEL(multiply_panel)(
    const panel_product *t, ptrdiff_t end) {
  panel_shape s = shape_of(t->width);
  switch (2 * s.vectors + s.halves) {
#if W == 8
    case 1: multiply_rows(*t, 0, end, (panel_shape){0, 1}); break;
    case 3: multiply_rows(*t, 0, end, (panel_shape){1, 1}); break;
    case 5: multiply_rows(*t, 0, end, (panel_shape){2, 1}); break;
#endif
    case 2: multiply_rows(*t, 0, end, (panel_shape){1, 0}); break;
    case 4: multiply_rows(*t, 0, end, (panel_shape){2, 0}); break;
#if TILE_VECTORS > 2
    default: multiply_rows(*t, 0, end, (panel_shape){3, 0}); break;
#endif
  }
}

void KERNEL(loss_matrix_product)(
    const double *a, ptrdiff_t a_row, ptrdiff_t a_column, const double *b, ptrdiff_t b_row,
    ptrdiff_t b_column, double *c, ptrdiff_t c_row, ptrdiff_t m, ptrdiff_t p, ptrdiff_t n) {
  double panel[DEPTH * PANEL_COLUMNS + W / 2] __attribute__((aligned(64)));
  double copy[DEPTH * COPIED_ROWS] __attribute__((aligned(64)));
  if (p <= 0) {
    for (ptrdiff_t i = 0; i < m; i++)
      for (ptrdiff_t j = 0; j < n; j++) c[i * c_row + j] = 0;
    return;
  }
  int copies = n > 8 * PANEL_COLUMNS;
  ptrdiff_t step = copies ? COPIED_ROWS : ROW_BLOCK;
  for (ptrdiff_t top = 0; top < m; top += step) {
    ptrdiff_t rows = top + step < m ? step : m - top;
    for (ptrdiff_t k = 0; k < p; k += DEPTH) {
      ptrdiff_t depth = k + DEPTH < p ? DEPTH : p - k;
      const double *block = a + top * a_row + k * a_column;
      ptrdiff_t packed = 0;
      if (copies) packed = pack_rows(block, a_row, a_column, rows, depth, copy);
      for (ptrdiff_t j = 0; j < n; j += PANEL_COLUMNS) {
        ptrdiff_t width = j + PANEL_COLUMNS < n ? PANEL_COLUMNS : n - j;
        const double *source = b + k * b_row + j * b_column, *columns = panel;
        panel_shape shape = shape_of(width);
        ptrdiff_t panel_row = row_length(shape);
        if (m <= FEW_ROWS && b_column == 1 && (width == panel_row || shape.halves)) {
          columns = source;
          panel_row = b_row;
        } else {
          pack_panel(source, b_row, b_column, depth, width, panel_row, panel);
        }
        double *target = c + top * c_row + j;
        for (ptrdiff_t row = 0; row < packed; row += TILE_ROWS) {
          panel_product t = {copy + row * depth, 1, TILE_ROWS, columns, panel_row, depth,
                             target + row * c_row, c_row, width, k > 0};
          KERNEL(multiply_panel)(&t, TILE_ROWS);
        }
        panel_product t = {block + packed * a_row, a_row, a_column, columns, panel_row, depth,
                           target + packed * c_row, c_row, width, k > 0};
        KERNEL(multiply_panel)(&t, rows - packed);
      }
    }
  }
}
