#include "cli/record_memory.hpp"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

namespace rle::cli {
namespace {

bool has_text_relocations(const dl_phdr_info& object) {
    for (int i = 0; i < object.dlpi_phnum; ++i) {
        if (object.dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
        const auto* entry =
            reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + object.dlpi_phdr[i].p_vaddr);
        for (; entry->d_tag != DT_NULL; ++entry) {
            if (entry->d_tag == DT_TEXTREL) return true;
            if (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0) return true;
        }
    }
    return false;
}

// What nobody ever wrote to is in the file as it is in memory; the pages at both ends may be shared with a
// segment that was.
int give_back_segments(dl_phdr_info* object, std::size_t, void*) {
    const bool of_the_kernel = std::strstr(object->dlpi_name, "vdso") != nullptr;
    if (of_the_kernel || has_text_relocations(*object)) return 0;
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const ElfW(Phdr)& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
        const std::uintptr_t from = object->dlpi_addr + segment.p_vaddr;
        const std::uintptr_t first = (from + page - 1) / page * page;
        const std::uintptr_t last = (from + segment.p_filesz) / page * page;
        if (last > first) madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
    }
    return 0;
}

}  // namespace

void give_back_memory_of_the_start() {
    malloc_trim(0);
    dl_iterate_phdr(give_back_segments, nullptr);
}

}  // namespace rle::cli
