# A command may be done in three milliseconds, of which finding and binding the C++ libraries was one: programs carry them
# along. The C library stays shared, since the driver's own library is loaded at run time. Elsewhere all is linked as usual.
#   rle_fmt, rle_zlib   in place of fmt::fmt and ZLIB::ZLIB, for every target of ours
#   rle_program         for executables that people start
find_package(fmt REQUIRED)
find_package(ZLIB REQUIRED)
add_library(rle_fmt INTERFACE)
add_library(rle_zlib INTERFACE)
add_library(rle_program INTERFACE)

set(runtime_flags -static-libstdc++ -static-libgcc)
set(fmt_library ${CMAKE_CURRENT_LIST_DIR}/fmt_library.cpp)
find_library(RLE_ZLIB_STATIC libz.a)
mark_as_advanced(RLE_ZLIB_STATIC)
option(RLE_STATIC_RUNTIME "Link the C++ libraries, fmt and zlib into the programs, where they can be" ON)

# Can a program that formats what fmt leaves to its library, and unpacks, be linked with all of it inside?
function(static_runtime_works result)
  set(probe ${PROJECT_BINARY_DIR}/static_runtime.cpp)
  file(WRITE ${probe} "#include <fmt/format.h>\n#include <zlib.h>\nint main(int n, char** words) { z_stream z{}; return "
                      "fmt::format(\"{} {:L} {}\", n * 0.5, n, words[0]).empty() || inflateInit(&z) != Z_OK; }\n")
  get_target_property(fmt_headers fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
  try_compile(
    RLE_STATIC_RUNTIME_WORKS ${PROJECT_BINARY_DIR}/static_runtime SOURCES ${probe} ${fmt_library}
    CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${fmt_headers};${ZLIB_INCLUDE_DIRS}"
    LINK_OPTIONS ${runtime_flags} LINK_LIBRARIES ${RLE_ZLIB_STATIC} CXX_STANDARD 20)
  set(${result} ${RLE_STATIC_RUNTIME_WORKS} PARENT_SCOPE)
endfunction()

set(RLE_RUNTIME_IS_STATIC OFF)
if(RLE_STATIC_RUNTIME AND CMAKE_BUILD_TYPE STREQUAL "Release" AND RLE_ZLIB_STATIC AND NOT RLE_SANITIZE AND NOT RLE_FUZZ)
  static_runtime_works(RLE_RUNTIME_IS_STATIC)
endif()
message(STATUS "C++ libraries inside the programs: ${RLE_RUNTIME_IS_STATIC}")

if(RLE_RUNTIME_IS_STATIC)
  add_library(rle_fmt_library STATIC ${fmt_library})
  target_include_directories(rle_fmt_library SYSTEM PUBLIC $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
  target_link_libraries(rle_fmt INTERFACE rle_fmt_library)
  target_link_libraries(rle_zlib INTERFACE ${RLE_ZLIB_STATIC})
  target_include_directories(rle_zlib SYSTEM INTERFACE ${ZLIB_INCLUDE_DIRS})
  target_link_options(rle_program INTERFACE ${runtime_flags})
else()
  target_link_libraries(rle_fmt INTERFACE fmt::fmt)
  target_link_libraries(rle_zlib INTERFACE ZLIB::ZLIB)
endif()
