#include "sanitizer-options.h"

// No fake stack: the addresses of variables do not outlive their functions in Swift, and it takes time.
// A small quarantine leaves most of the memory limit to what is tested; the stack of every allocation
// would cost a quarter of the time, and ASAN_OPTIONS can ask for it when an input is replayed. Leaks are
// looked for by `bin/sanitize`: Swift marks references to the payloads of enumerations in bits that make
// them no addresses, so that tables which are alive seem lost.
const char *__asan_default_options(void) {
  return "detect_stack_use_after_return=0:quarantine_size_mb=32:malloc_context_size=1:detect_leaks=0";
}
