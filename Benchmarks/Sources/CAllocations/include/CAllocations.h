#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

/// How often the calling thread has asked for memory, or -1 where that cannot be counted.
long allocations_of_this_thread(void);

#endif
