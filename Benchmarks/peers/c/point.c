#include "peer.h"

#include <math.h>

double hinge_point(size_t n, const double *s, double *g) {
  double most = s[1];
  for (size_t i = 2; i < n; i++) most = s[i] > most ? s[i] : most;
  double sum = 0;
  for (size_t i = 1; i < n; i++) sum += g[i] = exp(s[i] - most);
  double x = most + log(sum) - s[0];
  double e = exp(-fabs(x));
  double sigmoid = (x < 0 ? e : 1) / (1 + e);
  double scale = sigmoid / sum;
  for (size_t i = 1; i < n; i++) g[i] *= scale;
  g[0] = -sigmoid;
  return fmax(x, 0) + log1p(e);
}
