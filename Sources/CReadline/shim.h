// readline.h names FILE without including the header that declares it.
#include <stdio.h>

#include <readline/readline.h>

#include <readline/history.h>

// The columns of a character, as readline counts them. wchar.h declares it for X/Open programs only,
// which Swift's importer is not.
#include <wchar.h>
extern int wcwidth (wchar_t);
