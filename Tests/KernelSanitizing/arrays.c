#include "arrays.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#endif
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define FORGET(start, size) __msan_poison(start, size)
#define REQUIRE_INITIALIZED(start, size) __msan_check_mem_is_initialized(start, size)
#else
#define FORGET(start, size) ((void)(start), (void)(size))
#define REQUIRE_INITIALIZED(start, size) ((void)(start), (void)(size))
#endif

/// What an array is for; a place may have none.
typedef enum { unused, input, result, open_result } role;

/// One place: `room` doubles between two pages without access.
typedef struct {
  double *room;
  /// The array in it.
  double *array;
  ptrdiff_t count;
  role role;
} place;

/// 1 MB: the largest matrix, and what is looked at around it.
enum { room = 1 << 17, around = 72 };

static place places[array_places];
static uint64_t state;
int array_layout;
uint64_t results_digest;

static const double mark = -0x1.badbadbadbadbp+10;

__attribute__((noreturn)) static void fail(const char *message) {
  fprintf(stderr, "error: %s\n", message);
  abort();
}

static place *place_of(int number) {
  place *p = &places[number];
  if (p->room) return p;
  size_t page = (size_t)sysconf(_SC_PAGESIZE), size = room * sizeof(double);
  char *start = mmap(NULL, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED || mprotect(start + page, size, PROT_READ | PROT_WRITE) != 0)
    fail("no memory");
  p->room = (double *)(start + page);
  return p;
}

/// Vigna's xorshift64* (2016). Its overflow is meant.
__attribute__((no_sanitize("unsigned-integer-overflow", "unsigned-shift-base"))) //
static uint64_t random_bits(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545f4914f6cdd1d;
}

static double special_number(void) {
  static const double magnitudes[] = {
      0,    INFINITY, NAN,   DBL_TRUE_MIN, 1e-310,         DBL_MIN, DBL_MAX, 1, 0.5, 0x1p-53,
      36.8, 708.4,    709.8, 745.2,        0x1.8p+52,      0x1p53,  1e-9,    2, 3,   1e300,
      1e17, 0x1p63,   0x1p31, 0x1p-1000,   0x1.fffffep+127};
  uint64_t bits = random_bits();
  double magnitude = magnitudes[(bits >> 8) % (sizeof magnitudes / sizeof *magnitudes)];
  return bits >> 63 ? -magnitude : magnitude;
}

double input_number(int filling) {
  if (filling == 0) return ((double)(random_bits() >> 11) * 0x1p-53 - 0.5) * 8;
  if (filling == 1) return special_number();
  uint64_t bits = random_bits();
  double result;
  memcpy(&result, &bits, sizeof bits);
  return result;
}

static double *new_array(int number, ptrdiff_t count, role role) {
  place *p = place_of(number);
  if (count > room - 8) fail("an array is larger than its place");
  // What was left closed by the array before.
  ASAN_UNPOISON_MEMORY_REGION(p->room, room * sizeof(double));
  p->array = p->room + (array_layout < 8 ? array_layout : room - count);
  p->count = count;
  p->role = role;
  double *first = p->array - around, *last = p->array + count + around;
  if (first < p->room) first = p->room;
  if (last > p->room + room) last = p->room + room;
  for (double *q = first; q < last; q++) *q = mark;
  return p->array;
}

static void close_surroundings(int number) {
  place *p = &places[number];
  double *end = p->array + p->count;
  ASAN_POISON_MEMORY_REGION(p->room, (size_t)((char *)p->array - (char *)p->room));
  ASAN_POISON_MEMORY_REGION(end, (size_t)((char *)(p->room + room) - (char *)end));
}

double *input_array(int number, ptrdiff_t count, int filling) {
  if (count == 0 && filling == 0) return NULL;
  double *array = new_array(number, count, input);
  for (ptrdiff_t i = 0; i < count; i++) array[i] = input_number(filling);
  close_surroundings(number);
  return array;
}

static double *unset_array(int number, ptrdiff_t count, role role) {
  double *array = new_array(number, count, role);
  for (ptrdiff_t i = 0; i < count; i++) array[i] = NAN;
  FORGET(array, (size_t)count * sizeof(double));
  close_surroundings(number);
  return array;
}

double *result_array(int number, ptrdiff_t count) { return unset_array(number, count, result); }

double *open_array(int number, ptrdiff_t count) {
  return unset_array(number, count, open_result);
}

__attribute__((no_sanitize("unsigned-integer-overflow"))) //
void digest_number(double x) {
  uint64_t bits = 0x7ff8000000000000;
  if (!isnan(x)) memcpy(&bits, &x, sizeof bits);
  // FNV-1a, of words.
  results_digest = (results_digest ^ bits) * 0x100000001b3;
}

void check_arrays(void) {
  for (int number = 0; number < array_places; number++) {
    place *p = &places[number];
    role was = p->role;
    p->role = unused;
    if (was == unused) continue;
    ASAN_UNPOISON_MEMORY_REGION(p->room, room * sizeof(double));
    for (int i = 1; i <= around; i++) {
      double *before = p->array - i, *behind = p->array + p->count + i - 1;
      if (before >= p->room && memcmp(before, &mark, sizeof mark) != 0)
        fail("a kernel wrote before an array");
      if (behind < p->room + room && memcmp(behind, &mark, sizeof mark) != 0)
        fail("a kernel wrote behind an array");
    }
    if (was == input) continue;
    REQUIRE_INITIALIZED(p->array, (size_t)p->count * sizeof(double));
    if (was == open_result) continue;
    for (ptrdiff_t i = 0; i < p->count; i++) digest_number(p->array[i]);
  }
}

void begin_arrays(void) {
  state = 0x9e3779b97f4a7c15;
  results_digest = 0xcbf29ce484222325;
}
