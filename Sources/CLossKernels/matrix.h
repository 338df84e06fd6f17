// The matrix product. C[i,j] is the sum over k of A[i,k] B[k,j]: within blocks of 128 one chain of
// fused multiply-adds from the first k to the last, beginning at 0; then the blocks' sums from the
// first to the last. That order depends neither on the shapes nor on the instruction set.
//
// The usual blocking (Goto and van de Geijn 2008, "Anatomy of high-performance matrix
// multiplication"): a panel of B, 128 by TILE_VECTORS vectors, is copied side by side into the
// first-level cache; a tile of C, TILE_ROWS by TILE_VECTORS vectors, stays in registers. Of A 256
// rows by 128 stay in the second-level cache; where many panels use them 32 rows at a time are
// copied, as rows a power of two apart would push each other out of the first. All copies together
// are at most 56 KB of stack: a thread may have little of it.
#define DEPTH 128
#define ROW_BLOCK 256
#define COPIED_ROWS 32
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

INLINE void multiply_tile(panel_product t, ptrdiff_t row, int rows, int vectors) {
  vd sums[TILE_ROWS][TILE_VECTORS];
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < vectors; v++) sums[i][v] = vset(0.0);
  const double *a = t.a + row * t.a_row;
  const double *b = t.panel;
  for (ptrdiff_t k = 0; k < t.depth; k++) {
    vd columns[TILE_VECTORS];
    for (int v = 0; v < vectors; v++) columns[v] = vload(b + v * W);
    for (int i = 0; i < rows; i++) {
      vd entry = vset(a[i * t.a_row]);
      for (int v = 0; v < vectors; v++) sums[i][v] = vfma(entry, columns[v], sums[i][v]);
    }
    a += t.a_column;
    b += t.panel_row;
  }
  for (int i = 0; i < rows; i++) {
    double *c = t.c + (row + i) * t.c_row;
    for (int v = 0; v < vectors; v++) {
      ptrdiff_t count = t.width - v * W;
      if (count >= W) {
        vstore(c + v * W, t.adds ? vload(c + v * W) + sums[i][v] : sums[i][v]);
      } else {
        vd old = t.adds ? vload_first(c + v * W, count, vset(0.0)) : vset(0.0);
        vstore_first(c + v * W, t.adds ? old + sums[i][v] : sums[i][v], count);
      }
    }
  }
}

INLINE void multiply_rows(panel_product t, ptrdiff_t row, ptrdiff_t end, int vectors) {
  for (; row + TILE_ROWS <= end; row += TILE_ROWS) multiply_tile(t, row, TILE_ROWS, vectors);
#if TILE_ROWS > 4
  for (; row + 4 <= end; row += 4) multiply_tile(t, row, 4, vectors);
#endif
  for (; row + 2 <= end; row += 2) multiply_tile(t, row, 2, vectors);
  for (; row < end; row++) multiply_tile(t, row, 1, vectors);
}

/// Copies `width` columns of B side by side, `vectors` vectors a row.
INLINE void pack_panel(
    const double *b, ptrdiff_t b_row, ptrdiff_t b_column, ptrdiff_t depth, ptrdiff_t width,
    int vectors, double *panel) {
  if (b_column == 1) {
    for (ptrdiff_t k = 0; k < depth; k++, b += b_row) {
      for (int v = 0; v < vectors; v++, panel += W) {
        ptrdiff_t count = width - v * W;
        vstore(panel, count >= W ? vload(b + v * W) : vload_first(b + v * W, count, vset(0.0)));
      }
    }
    return;
  }
  // Down the columns, which lie side by side in memory where B is the transpose of a matrix.
  for (ptrdiff_t j = 0; j < vectors * W; j++) {
    for (ptrdiff_t k = 0; k < depth; k++)
      panel[k * vectors * W + j] = j < width ? b[k * b_row + j * b_column] : 0;
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
    const panel_product *t, ptrdiff_t end, int vectors) {
  switch (vectors) {
    case 1: multiply_rows(*t, 0, end, 1); break;
    case 2: multiply_rows(*t, 0, end, 2); break;
#if TILE_VECTORS > 2
    default: multiply_rows(*t, 0, end, 3); break;
#endif
  }
}

void KERNEL(loss_matrix_product)(
    const double *a, ptrdiff_t a_row, ptrdiff_t a_column, const double *b, ptrdiff_t b_row,
    ptrdiff_t b_column, double *c, ptrdiff_t c_row, ptrdiff_t m, ptrdiff_t p, ptrdiff_t n) {
  double panel[DEPTH * PANEL_COLUMNS] __attribute__((aligned(64)));
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
        int vectors = (int)((width + W - 1) / W);
        const double *source = b + k * b_row + j * b_column, *columns = panel;
        ptrdiff_t panel_row = vectors * W;
        if (m <= 8 && b_column == 1 && width == panel_row) {
          // For few rows the copy would cost more than it saves.
          columns = source;
          panel_row = b_row;
        } else {
          pack_panel(source, b_row, b_column, depth, width, vectors, panel);
        }
        double *target = c + top * c_row + j;
        for (ptrdiff_t row = 0; row < packed; row += TILE_ROWS) {
          panel_product t = {copy + row * depth, 1, TILE_ROWS, columns, panel_row, depth,
                             target + row * c_row, c_row, width, k > 0};
          KERNEL(multiply_panel)(&t, TILE_ROWS, vectors);
        }
        panel_product t = {block + packed * a_row, a_row, a_column, columns, panel_row, depth,
                           target + packed * c_row, c_row, width, k > 0};
        KERNEL(multiply_panel)(&t, rows - packed, vectors);
      }
    }
  }
}
