#include "peer.h"

#include <math.h>

enum { scores = 10, block = 512 };

// A block stays in the first-level cache, and each loop over it is one that the compiler vectorizes.
static void hinge_block(size_t rows, size_t n, const double *s, double *v, double *g) {
  double most[block], sum[block], sigmoid[block];
  for (size_t r = 0; r < n; r++) most[r] = s[rows + r];
  for (size_t j = 2; j < scores; j++)
    for (size_t r = 0; r < n; r++) most[r] = s[j * rows + r] > most[r] ? s[j * rows + r] : most[r];
  for (size_t r = 0; r < n; r++) sum[r] = 0;
  for (size_t j = 1; j < scores; j++)
    for (size_t r = 0; r < n; r++) sum[r] += g[j * rows + r] = exp(s[j * rows + r] - most[r]);
  for (size_t r = 0; r < n; r++) {
    double x = most[r] + log(sum[r]) - s[r];
    double e = exp(-fabs(x));
    sigmoid[r] = (x < 0 ? e : 1) / (1 + e);
    // log1p is no vector function of the C library; e is at most 1, and this loses no more than an
    // absolute 1e-16.
    v[r] = (x > 0 ? x : 0) + log(1 + e);
    g[r] = -sigmoid[r];
    sum[r] = sigmoid[r] / sum[r];
  }
  for (size_t j = 1; j < scores; j++)
    for (size_t r = 0; r < n; r++) g[j * rows + r] *= sum[r];
}

void hinge_rows(size_t rows, const double *s, double *v, double *g) {
#pragma omp parallel for schedule(static)
  for (size_t start = 0; start < rows; start += block)
    hinge_block(rows, rows - start < block ? rows - start : block, s + start, v + start, g + start);
}

double hinge_many(size_t n, const double *s, double *g) {
  double most = s[1], sum = 0;
#pragma omp parallel for simd reduction(max : most)
  for (size_t i = 2; i < n; i++) most = s[i] > most ? s[i] : most;
#pragma omp parallel for simd reduction(+ : sum)
  for (size_t i = 1; i < n; i++) sum += g[i] = exp(s[i] - most);
  double x = most + log(sum) - s[0];
  double e = exp(-fabs(x));
  double sigmoid = (x < 0 ? e : 1) / (1 + e);
  double scale = sigmoid / sum;
#pragma omp parallel for simd
  for (size_t i = 1; i < n; i++) g[i] *= scale;
  g[0] = -sigmoid;
  return fmax(x, 0) + log1p(e);
}
