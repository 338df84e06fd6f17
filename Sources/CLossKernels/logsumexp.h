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
// absolute one near 2^-52 max(|m|, |lse|). R goes into its logarithm as two numbers, the sum and
// what its additions lost: so no rounding comes between, and the logarithm need not wait for the
// second.

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
INLINE unrounded_sum masked_sum(const double *x, ptrdiff_t n, double *weights) {
  double rest = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    double weight = x[i] == -INFINITE ? 0 : NOT_A_NUMBER;
    rest += weight;
    if (weights) weights[i] = weight;
  }
  return (unrounded_sum){rest, 0};
}

/// `is_plain`: k is 1 and m finite.
INLINE unrounded_sum row_sum_form(
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
  return n > 0 ? joined_lanes(lanes) : (unrounded_sum){0, 0};
}

INLINE unrounded_sum row_sum(const double *x, ptrdiff_t n, double k, double m, double *weights) {
  if (m == -INFINITE) return masked_sum(x, n, weights);
  if (k == 1 && __builtin_isfinite(m)) return row_sum_form(x, n, k, m, weights, 1);
  return row_sum_form(x, n, k, m, weights, 0);
}

double KERNEL(loss_sum_exp_shift)(
    const double *x, ptrdiff_t n, double k, double m, double *weights) {
  unrounded_sum rest = row_sum(x, n, k, m, weights);
  return rest.high + rest.low;
}

// MARK: - A short row

/// As many entries as are held in registers from the search for the largest to the sum; two vectors
/// but on the baseline.
#define SHORT_ROW (W == 8 ? 16 : 8)

typedef struct {
  double m;
  unrounded_sum rest;
} row_result;

/// The largest of all lanes, in each lane; none is nan.
INLINE vd largest_lane(vd m) {
#if W == 8
  vd other = __builtin_shufflevector(m, m, 4, 5, 6, 7, 0, 1, 2, 3);
  m = m > other ? m : other;
  other = __builtin_shufflevector(m, m, 2, 3, 0, 1, 6, 7, 4, 5);
  m = m > other ? m : other;
  other = __builtin_shufflevector(m, m, 1, 0, 3, 2, 5, 4, 7, 6);
#elif W == 4
  vd other = __builtin_shufflevector(m, m, 2, 3, 0, 1);
  m = m > other ? m : other;
  other = __builtin_shufflevector(m, m, 1, 0, 3, 2);
#else
  vd other = __builtin_shufflevector(m, m, 1, 0);
#endif
  return m > other ? m : other;
}

/// The same as `row_max` and `row_sum_form` for k = 1 and `vectors` vectors of entries; where the
/// largest is infinite only that.
INLINE row_result short_row_form(const double *x, ptrdiff_t n, double *weights, int vectors) {
  vd entries[SHORT_ROW / W], m = vset(-INFINITE);
  for (int v = 0; v < vectors; v++) {
    ptrdiff_t count = n - v * W;
    entries[v] =
        v + 1 < vectors ? vload(x + v * W) : vload_first(x + v * W, count, vset(-INFINITE));
    m = entries[v] > m ? entries[v] : m;
  }
  m = largest_lane(m);
  row_result result = {m[0], {0, 0}};
  if (__builtin_expect(!__builtin_isfinite(result.m), 0)) return result;
  uint32_t largest = 0;
  for (int v = 0; v < vectors; v++) largest |= mask_bits(entries[v] == m) << (v * W);
  vi first = viset(__builtin_ctz(largest));
  lane_sums lanes = empty_lanes();
  for (int v = 0; v < vectors; v++) {
    vi place = lane_numbers() + viset(v * W), counts = place != first;
    vd d = entries[v] - m;
    if (v + 1 == vectors) {
      vi present = place < viset(n);
      // Where there is no entry the exponential is that of 0: others may be subnormal, and slow.
      d = present ? d : vset(0.0);
      counts &= present;
    }
    vd weight = vexp_nonpositive(d);
    if (weights) {
      if (v + 1 < vectors) vstore(weights + v * W, weight);
      else vstore_first(weights + v * W, weight, n - v * W);
    }
    weight = counts ? weight : vset(0.0);
    if (v < PARTS) lanes.sums[v] = weight;
    else add_to_lane(&lanes, v - PARTS, weight);
  }
  result.rest = joined_lanes(lanes);
  return result;
}

/// For 0 < n <= `SHORT_ROW`.
INLINE row_result short_row(const double *x, ptrdiff_t n, double *weights) {
  int vectors = (int)((n + W - 1) / W);
#if W == 8
  return vectors == 1 ? short_row_form(x, n, weights, 1) : short_row_form(x, n, weights, 2);
#elif W == 4
  switch (vectors) {
    case 1: return short_row_form(x, n, weights, 1);
    default: return short_row_form(x, n, weights, 2);
  }
#else
  return short_row_form(x, n, weights, vectors);
#endif
}

INLINE row_result whole_row(const double *x, ptrdiff_t n, double k, double *weights) {
  if (k == 1 && n > 0 && n <= SHORT_ROW) {
    row_result result = short_row(x, n, weights);
    if (__builtin_isfinite(result.m)) return result;
  }
  double m = row_max(x, n);
  return (row_result){m, row_sum(x, n, k, m, weights)};
}

/// ln(1 + R).
INLINE double excess_of(unrounded_sum rest) {
  return log1p_of_sum(vset(rest.high), vset(rest.low))[0];
}

double KERNEL(loss_lse)(
    const double *x, ptrdiff_t n, double k, double *weights, double *inverse) {
  // Not at most 0: nan too is no sharpness.
  if (!(k > 0)) {
    for (ptrdiff_t i = 0; weights && i < n; i++) weights[i] = NOT_A_NUMBER;
    if (inverse) *inverse = NOT_A_NUMBER;
    return NOT_A_NUMBER;
  }
  row_result row = whole_row(x, n, k, weights);
  if (inverse) *inverse = 1 / (1 + (row.rest.high + row.rest.low));
  if (row.rest.high == 0) return row.m;
  double excess = excess_of(row.rest);
  return row.m + (k == 1 ? excess : excess / k);
}
