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

/// Adds b to the sum a and the error to `error`, for vectors of any width and for numbers.
#define ADD_EXACTLY(a, error, b)                               \
  do {                                                         \
    __typeof__(a) total_ = (a) + (b), added_ = total_ - (a);   \
    (error) += ((a) - (total_ - added_)) + ((b) - added_);     \
    (a) = total_;                                              \
  } while (0)

/// A sum of numbers as what adding them gave, and what the additions lost.
typedef struct {
  double high, low;
} unrounded_sum;

INLINE unrounded_sum joined_lanes(lane_sums lanes) {
  two_halves sums = halves_of(lanes.sums), errors = halves_of(lanes.errors);
  v4 sum4 = sums.low, error4 = errors.low + errors.high;
  ADD_EXACTLY(sum4, error4, sums.high);
  v2 sum2 = low_half(sum4), error2 = low_half(error4) + high_half(error4);
  ADD_EXACTLY(sum2, error2, high_half(sum4));
  double sum = sum2[0], error = error2[0] + error2[1];
  ADD_EXACTLY(sum, error, sum2[1]);
  return (unrounded_sum){sum, error};
}

INLINE double joined(lane_sums lanes) {
  unrounded_sum sum = joined_lanes(lanes);
  // The error of an infinite sum is nan and must not reach it; one of 0 must not make -0 a +0.
  return __builtin_isfinite(sum.low) && sum.low != 0 ? sum.high + sum.low : sum.high;
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

/// The larger in each lane, by the rules of `vmax`, for vectors of any width.
#define LARGER(a, b)                                                                          \
  ({                                                                                          \
    __typeof__(a) a_ = (a), b_ = (b), larger_ = a_ > b_ ? a_ : b_;                            \
    __typeof__(a_ > b_) both_ = (__typeof__(a_ > b_))a_ & (__typeof__(a_ > b_))b_;            \
    larger_ = a_ == b_ ? (__typeof__(a))both_ : larger_;                                      \
    a_ != a_ ? a_ : larger_;                                                                  \
  })

double KERNEL(loss_max)(const double *x, ptrdiff_t n) {
  // Two sets of lanes, so that one comparison need not wait for the other.
  vd m[PARTS], others[PARTS];
  for (int p = 0; p < PARTS; p++) m[p] = others[p] = vset(-INFINITE);
  ptrdiff_t i = 0;
  for (; i + 16 <= n; i += 16) {
    for (int p = 0; p < PARTS; p++) {
      m[p] = vmax(m[p], vload(x + i + p * W));
      others[p] = vmax(others[p], vload(x + i + 8 + p * W));
    }
  }
  for (int p = 0; p < PARTS; p++) m[p] = vmax(m[p], others[p]);
  for (; i + 8 <= n; i += 8)
    for (int p = 0; p < PARTS; p++) m[p] = vmax(m[p], vload(x + i + p * W));
  for (int p = 0; p < PARTS && i + p * W < n; p++)
    m[p] = vmax(m[p], vload_first(x + i + p * W, count_in_part(n - i, p), vset(-INFINITE)));
  two_halves halves = halves_of(m);
  v4 m4 = LARGER(halves.low, halves.high);
  v2 m2 = LARGER(low_half(m4), high_half(m4));
  v2 m1 = LARGER(m2, (v2)__builtin_shufflevector(m2, m2, 1, 0));
  return m1[0];
}
