// Sums in the one order of `Summation` in LossKit, compensated: element i goes to lane i % 8; each
// lane adds by TwoSum from the first element to the last, its errors beside it; then lanes 4 to 7
// join 0 to 3, of these 2 and 3 join 0 and 1, and 1 joins 0 (Ogita, Rump and Oishi 2005, "Accurate
// sum and dot product", algorithm Sum2). The eight lanes are 8/W vectors on every instruction set.
#define PARTS (8 / W)

typedef struct {
  vd sums[PARTS], errors[PARTS];
} lane_sums;

/// The sum of nothing: -0 leaves every number as it is, +0 would turn a sum of -0 into +0.
INLINE lane_sums empty_lanes(void) {
  lane_sums lanes;
  for (int p = 0; p < PARTS; p++) {
    lanes.sums[p] = vset(-0.0);
    lanes.errors[p] = vset(0.0);
  }
  return lanes;
}

INLINE void add_to_lane(lane_sums *lanes, int p, vd x) {
  expansion sum = sum_of(lanes->sums[p], x);
  lanes->errors[p] += sum.low;
  lanes->sums[p] = sum.high;
}

/// a + b and its error, of single doubles.
INLINE double scalar_sum(double a, double b, double *error) {
  double s = a + b, added = s - a;
  *error += (a - (s - added)) + (b - added);
  return s;
}

INLINE double joined(lane_sums lanes) {
  double s[8], e[8];
  for (int p = 0; p < PARTS; p++) {
    vstore(s + p * W, lanes.sums[p]);
    vstore(e + p * W, lanes.errors[p]);
  }
  for (int half = 4; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) {
      e[i] += e[i + half];
      s[i] = scalar_sum(s[i], s[i + half], &e[i]);
    }
  }
  // The error of an infinite sum is nan and must not reach it; one of 0 must not make -0 a +0.
  return __builtin_isfinite(e[0]) && e[0] != 0 ? s[0] + e[0] : s[0];
}

/// How many of `rest` elements belong to part p of the eight lanes.
INLINE ptrdiff_t count_in_part(ptrdiff_t rest, int p) {
  ptrdiff_t count = rest - p * W;
  return count < 0 ? 0 : count > W ? W : count;
}

/// The sum of a[i] b[i] or, without b, of a[i], each times `scale`.
INLINE double lane_sum(const double *a, const double *b, ptrdiff_t n, double scale) {
  lane_sums lanes = empty_lanes();
  ptrdiff_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int p = 0; p < PARTS; p++) {
      vd x = vload(a + i + p * W);
      if (b) x *= vload(b + i + p * W);
      if (scale != 1) x *= scale;
      add_to_lane(&lanes, p, x);
    }
  }
  for (int p = 0; p < PARTS && i + p * W < n; p++) {
    ptrdiff_t count = count_in_part(n - i, p);
    vd x = vload_first(a + i + p * W, count, vset(-0.0));
    if (b) x *= vload_first(b + i + p * W, count, vset(1.0));
    if (scale != 1) x *= scale;
    add_to_lane(&lanes, p, x);
  }
  return joined(lanes);
}

/// The sum where the plain one is not finite: that of 2^-64 times the elements, in which an
/// infinity is one among the elements, not one that arose on the way.
INLINE double total(const double *a, const double *b, ptrdiff_t n) {
  if (n <= 0) return 0;
  double plain = lane_sum(a, b, n, 1);
  if (__builtin_isfinite(plain)) return plain;
  return lane_sum(a, b, n, 0x1p-64) * 0x1p64;
}

double KERNEL(loss_sum)(const double *x, ptrdiff_t n) { return total(x, NULL, n); }

double KERNEL(loss_dot)(const double *a, const double *b, ptrdiff_t n) { return total(a, b, n); }

/// The largest of a vector's lanes, nan if one is.
INLINE double max_of_lanes(vd x) {
  double lanes[W];
  vstore(lanes, x);
  double m = lanes[0];
  for (int i = 1; i < W; i++) {
    if (m != m) break;
    double y = lanes[i];
    m = y != y || y > m || (y == m && !__builtin_signbit(y)) ? y : m;
  }
  return m;
}

double KERNEL(loss_max)(const double *x, ptrdiff_t n) {
  vd none = vset(-INFINITE);
  vd m0 = none, m1 = none;
  ptrdiff_t i = 0;
  for (; i + 2 * W <= n; i += 2 * W) {
    m0 = vmax(m0, vload(x + i));
    m1 = vmax(m1, vload(x + i + W));
  }
  for (; i + W <= n; i += W) m0 = vmax(m0, vload(x + i));
  if (i < n) m1 = vmax(m1, vload_first(x + i, n - i, none));
  return max_of_lanes(vmax(m0, m1));
}
