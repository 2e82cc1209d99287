#include "cli/memory.hpp"

#include <cstdlib>  // defines __GLIBC__ where it is

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace rle::cli {

void keep_freed_memory() {
#ifdef __GLIBC__
    constexpr int kMost = 1 << 30;  // bytes
    mallopt(M_MMAP_THRESHOLD, kMost);
    mallopt(M_TRIM_THRESHOLD, kMost);
    mallopt(M_ARENA_MAX, 1);
#endif
}

void give_back_freed_memory() {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

}  // namespace rle::cli
