#ifndef SANITIZER_OPTIONS_H
#define SANITIZER_OPTIONS_H

// The options that AddressSanitizer reads before anything else runs, which is too early for Swift.
const char *__asan_default_options(void);

#endif
