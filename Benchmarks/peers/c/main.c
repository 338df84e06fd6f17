// Measures the hand-written C: hand-written-c [--quick] [P1] [P2] [P3]; OMP_NUM_THREADS is the number
// of threads. Answers are checked against long double, then a line of JSON is printed for each work.
#define _POSIX_C_SOURCE 200809L
#include "peer.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

// The scores that every peer gets: exact in integers, and one rounding each.
static double score(size_t i) { return (double)((i * 7919 + 13) % 10007) / 10007 * 6 - 3; }

static void fail(const char *what) {
  fprintf(stderr, "hand-written C: wrong answer in %s\n", what);
  exit(1);
}

/// Checks one point; its elements are `stride` apart.
static void check(const char *work, size_t n, size_t stride, const double *s, double value,
                  const double *g) {
  long double most = s[stride], sum = 0;
  for (size_t i = 2; i < n; i++) most = fmaxl(most, s[i * stride]);
  for (size_t i = 1; i < n; i++) sum += expl(s[i * stride] - most);
  long double x = most + logl(sum) - s[0];
  if (!(fabsl(value - (fmaxl(x, 0) + log1pl(expl(-fabsl(x))))) <= 1e-12L)) fail(work);
  long double sigmoid = 1 / (1 + expl(-x));
  for (size_t i = 0; i < n; i++) {
    long double wanted = i == 0 ? -sigmoid : sigmoid * expl(s[i * stride] - most) / sum;
    if (!(fabsl(g[i * stride] - wanted) <= 1e-13L)) fail(work);
  }
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

typedef void (*Body)(void *);

/// Prints the least and the median time of a call, of repetitions of at least 5 ms each.
static void measure(const char *work, bool quick, Body body, void *context, double scale,
                    bool isRate, const char *unit, const char *more) {
  size_t calls = 1;
  for (;;) {
    double start = now();
    for (size_t i = 0; i < calls; i++) body(context);
    double taken = now() - start;
    if (taken >= 0.005 || quick) break;
    calls *= 2;
  }
  double times[1000];
  size_t count = 0;
  double end = now() + (quick ? 0 : 1);
  do {
    double start = now();
    for (size_t i = 0; i < calls; i++) body(context);
    times[count++] = (now() - start) / calls;
  } while (count < 1000 && (count < 5 || now() < end));
  qsort(times, count, sizeof *times, ascending);
  double best = times[0], median = times[count / 2];
  printf("{\"work\": \"%s\", \"peer\": \"C\", \"value\": %.6g, \"median\": %.6g, \"unit\": \"%s\"%s}\n",
         work, isRate ? scale / best : best * scale, isRate ? scale / median : median * scale, unit,
         more);
}

typedef struct {
  size_t count;
  double *scores, *values, *gradients;
} Work;

static volatile double sink;
static void point(void *context) {
  Work *w = context;
  sink = hinge_point(w->count, w->scores, w->gradients);
}
static void rows(void *context) {
  Work *w = context;
  hinge_rows(w->count, w->scores, w->values, w->gradients);
}
static void many(void *context) {
  Work *w = context;
  sink = hinge_many(w->count, w->scores, w->gradients);
}

static Work make(size_t points, size_t elements) {
  Work w = {points > 1 ? points : elements, NULL, NULL, NULL};
  // Aligned as other peers' arrays are.
  if (posix_memalign((void **)&w.scores, 64, points * elements * 8) ||
      posix_memalign((void **)&w.values, 64, points * 8) ||
      posix_memalign((void **)&w.gradients, 64, points * elements * 8))
    exit(1);
  for (size_t r = 0; r < points; r++)
    for (size_t j = 0; j < elements; j++) w.scores[j * points + r] = score(r * elements + j);
  return w;
}

int main(int argc, char **argv) {
  bool quick = false;
  char more[64];
  const char *threads = getenv("OMP_NUM_THREADS");
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--quick")) {
      quick = true;
    } else if (!strcmp(argv[i], "P1")) {
      Work w = make(1, 10);
      check("P1", 10, 1, w.scores, hinge_point(10, w.scores, w.gradients), w.gradients);
      measure("P1", quick, point, &w, 1e9, false, "ns", "");
    } else if (!strcmp(argv[i], "P2")) {
      Work w = make(quick ? 1000 : 1000000, 10);
      rows(&w);
      for (size_t r = 0; r < w.count; r++)
        check("P2", 10, w.count, w.scores + r, w.values[r], w.gradients + r);
      snprintf(more, sizeof more, ", \"layout\": \"columns\", \"threads\": %s", threads ? threads : "0");
      measure("P2", quick, rows, &w, w.count / 1e6, true, "M rows/s", more);
    } else if (!strcmp(argv[i], "P3")) {
      Work w = make(1, quick ? 1000 : 1000000);
      check("P3", w.count, 1, w.scores, hinge_many(w.count, w.scores, w.gradients), w.gradients);
      snprintf(more, sizeof more, ", \"threads\": %s", threads ? threads : "0");
      measure("P3", quick, many, &w, 1e3, false, "ms", more);
    }
  }
}
