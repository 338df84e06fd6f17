// The log-sum-exp family with a sharpness k: with m the largest entry, d = k (x - m) <= 0 and R the
// sum of e^d over all entries but the first largest,
//
//     lse = m + ln(1 + R)/k,   weight = e^d / (1 + R).
//
// Entries of -inf are masks: weight 0. Entries equal to an infinite m count 1 (the difference would
// be nan). A nan entry makes R nan, and with it all that is made from it, so that the search for
// the largest need not look for nan: it only must not take a nan for the largest and leave it out.
//
// A weight has a relative error of at most 2^-53 (2 + |d|) before it is normalized, the value an
// absolute one near 2^-52 max(|m|, |lse|).

/// e^{k (x - m)} for a k > 0; 1 where x = m.
INLINE vd shifted_weight(vd x, vd m, vd k) {
  vd d = x == m ? vset(0.0) : k * (x - m);
  return vexp_nonpositive(d);
}

INLINE vd row_weight(vd x, vd m, vd k, int is_plain) {
  return is_plain ? vexp_nonpositive(x - m) : shifted_weight(x, m, k);
}

/// x without the first true lane of a mask that has one, which becomes 0.
///
/// By comparing lane numbers: to set one lane goes through memory, which costs 15 ns.
INLINE vd without_first(vd x, vi mask) {
  return lane_numbers() == viset(__builtin_ctz(mask_bits(mask))) ? vset(0.0) : x;
}

// MARK: - One row

INLINE double row_max(const double *x, ptrdiff_t n) {
  vd m[PARTS];
  for (int p = 0; p < PARTS; p++) m[p] = vset(-INFINITE);
  ptrdiff_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int p = 0; p < PARTS; p++) {
      vd entry = vload(x + i + p * W);
      m[p] = entry > m[p] ? entry : m[p];
    }
  }
  for (int p = 0; p < PARTS && i + p * W < n; p++) {
    vd entry = vload_first(x + i + p * W, count_in_part(n - i, p), m[p]);
    m[p] = entry > m[p] ? entry : m[p];
  }
  two_halves halves = halves_of(m);
  v4 m4 = halves.low > halves.high ? halves.low : halves.high;
  v2 m2 = low_half(m4) > high_half(m4) ? low_half(m4) : high_half(m4);
  return m2[0] > m2[1] ? m2[0] : m2[1];
}

/// R where the largest is -inf: nothing but masks, and nan.
INLINE double masked_sum(const double *x, ptrdiff_t n, double *weights) {
  double rest = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    double weight = x[i] == -INFINITE ? 0 : NOT_A_NUMBER;
    rest += weight;
    if (weights) weights[i] = weight;
  }
  return rest;
}

/// `is_plain`: k is 1 and m finite.
INLINE double row_sum_form(
    const double *x, ptrdiff_t n, double k, double m, double *weights, int is_plain) {
  lane_sums lanes = empty_lanes();
  vd all_m = vset(m), all_k = vset(k);
  int found = 0;
  ptrdiff_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (int p = 0; p < PARTS; p++) {
      vd entry = vload(x + i + p * W);
      vd weight = row_weight(entry, all_m, all_k, is_plain);
      if (weights) vstore(weights + i + p * W, weight);
      if (!found) {
        vi largest = entry == all_m;
        if (any(largest)) {
          weight = without_first(weight, largest);
          found = 1;
        }
      }
      add_to_lane(&lanes, p, weight);
    }
  }
  for (int p = 0; p < PARTS && i + p * W < n; p++) {
    ptrdiff_t count = count_in_part(n - i, p);
    vi present = first_lanes(count);
    // Where there is no entry the exponential is that of 0: others may be subnormal, and slow.
    vd entry = vload_first(x + i + p * W, count, all_m);
    vd weight = row_weight(entry, all_m, all_k, is_plain);
    if (weights) vstore_first(weights + i + p * W, weight, count);
    if (!found) {
      vi largest = (entry == all_m) & present;
      if (any(largest)) {
        weight = without_first(weight, largest);
        found = 1;
      }
    }
    add_to_lane(&lanes, p, present ? weight : vset(-0.0));
  }
  return n > 0 ? joined(lanes) : 0;
}

INLINE double row_sum(const double *x, ptrdiff_t n, double k, double m, double *weights) {
  if (m == -INFINITE) return masked_sum(x, n, weights);
  if (k == 1 && __builtin_isfinite(m)) return row_sum_form(x, n, k, m, weights, 1);
  return row_sum_form(x, n, k, m, weights, 0);
}

double KERNEL(loss_sum_exp_shift)(
    const double *x, ptrdiff_t n, double k, double m, double *weights) {
  return row_sum(x, n, k, m, weights);
}

double KERNEL(loss_lse)(
    const double *x, ptrdiff_t n, double k, double *weights, double *inverse) {
  double m = row_max(x, n);
  // Not at most 0: nan too is no sharpness.
  double rest = k > 0 ? row_sum(x, n, k, m, weights) : NOT_A_NUMBER;
  if (!(k > 0) && weights) {
    for (ptrdiff_t i = 0; i < n; i++) weights[i] = NOT_A_NUMBER;
  }
  if (inverse) *inverse = 1 / (1 + rest);
  if (rest == 0) return m;
  double excess = vlog1p(vset(rest))[0];
  return m + (k == 1 ? excess : excess / k);
}
