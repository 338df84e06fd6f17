// The matrix product. C[i,j] is the sum over k of A[i,k] B[k,j]: within blocks of 128 one chain of
// fused multiply-adds from the first k to the last, beginning at 0; then the blocks' sums from the
// first to the last. That order depends neither on the shapes nor on the instruction set.
//
// The usual blocking (Goto and van de Geijn 2008, "Anatomy of high-performance matrix
// multiplication"): a panel of B, 128 by TILE_VECTORS vectors, is copied side by side into the
// first-level cache; of A, 256 rows by 128 stay in the second; a tile of C, TILE_ROWS by
// TILE_VECTORS vectors, stays in registers.
#define DEPTH 128
#define ROW_BLOCK 256
#define PANEL_COLUMNS (TILE_VECTORS * W)

/// A panel of B times rows of A.
typedef struct {
  const double *a;
  ptrdiff_t a_row, a_column;
  const double *panel;
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
    for (int v = 0; v < vectors; v++) columns[v] = ((const vd *)b)[v];
    for (int i = 0; i < rows; i++) {
      vd entry = vset(a[i * t.a_row]);
      for (int v = 0; v < vectors; v++) sums[i][v] = vfma(entry, columns[v], sums[i][v]);
    }
    a += t.a_column;
    b += vectors * W;
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

static __attribute__((noinline)) void KERNEL(panel_1)(
    const panel_product *t, ptrdiff_t row, ptrdiff_t end) {
  multiply_rows(*t, row, end, 1);
}
static __attribute__((noinline)) void KERNEL(panel_2)(
    const panel_product *t, ptrdiff_t row, ptrdiff_t end) {
  multiply_rows(*t, row, end, 2);
}
#if TILE_VECTORS > 2
static __attribute__((noinline)) void KERNEL(panel_3)(
    const panel_product *t, ptrdiff_t row, ptrdiff_t end) {
  multiply_rows(*t, row, end, 3);
}
#endif

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

void KERNEL(loss_matrix_product)(
    const double *a, ptrdiff_t a_row, ptrdiff_t a_column, const double *b, ptrdiff_t b_row,
    ptrdiff_t b_column, double *c, ptrdiff_t c_row, ptrdiff_t m, ptrdiff_t p, ptrdiff_t n) {
  double panel[DEPTH * PANEL_COLUMNS] __attribute__((aligned(64)));
  if (p <= 0) {
    for (ptrdiff_t i = 0; i < m; i++)
      for (ptrdiff_t j = 0; j < n; j++) c[i * c_row + j] = 0;
    return;
  }
  for (ptrdiff_t top = 0; top < m; top += ROW_BLOCK) {
    ptrdiff_t bottom = top + ROW_BLOCK < m ? top + ROW_BLOCK : m;
    for (ptrdiff_t k = 0; k < p; k += DEPTH) {
      ptrdiff_t depth = k + DEPTH < p ? DEPTH : p - k;
      for (ptrdiff_t j = 0; j < n; j += PANEL_COLUMNS) {
        ptrdiff_t width = j + PANEL_COLUMNS < n ? PANEL_COLUMNS : n - j;
        int vectors = (int)((width + W - 1) / W);
        pack_panel(b + k * b_row + j * b_column, b_row, b_column, depth, width, vectors, panel);
        panel_product t = {a + k * a_column, a_row, a_column, panel, depth, c + j,
                           c_row, width, k > 0};
        switch (vectors) {
          case 1: KERNEL(panel_1)(&t, top, bottom); break;
          case 2: KERNEL(panel_2)(&t, top, bottom); break;
#if TILE_VECTORS > 2
          default: KERNEL(panel_3)(&t, top, bottom); break;
#endif
        }
      }
    }
  }
}
