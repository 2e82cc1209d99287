# The core library with its headers as a CMake package (find_package(rlecouple), target rlecouple::core), and the man pages.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/rlecouple)

install(TARGETS rle_core EXPORT rlecoupleTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/rlecouple ${PROJECT_BINARY_DIR}/include/rlecouple
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT rlecoupleTargets NAMESPACE rlecouple:: DESTINATION ${package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/rlecoupleConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/rlecoupleConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/rlecoupleConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/rlecoupleConfig.cmake ${PROJECT_BINARY_DIR}/rlecoupleConfigVersion.cmake
        DESTINATION ${package_dir})

# What the man pages point to.
install(FILES ${PROJECT_SOURCE_DIR}/docs/formats.md ${PROJECT_SOURCE_DIR}/docs/method.md
              ${PROJECT_SOURCE_DIR}/docs/worked-example.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/method DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(PROGRAMS ${PROJECT_SOURCE_DIR}/examples/watch/lower-power.sh ${PROJECT_SOURCE_DIR}/examples/watch/shrink_batch.py
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples/watch)

# docs/commands/NAME.md becomes rlecouple-NAME(1); rlecouple.md becomes rlecouple(1).
find_program(RLE_LOWDOWN lowdown)
if(NOT RLE_LOWDOWN)
  message(STATUS "lowdown not found: no man pages (Debian: apt-get install lowdown)")
  return()
endif()
file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/commands/*.md) # pages, not sources
foreach(page IN LISTS pages)
  get_filename_component(name ${page} NAME_WE)
  string(REGEX REPLACE "^(.+)$" "rlecouple-\\1" title ${name})
  string(REPLACE "rlecouple-rlecouple" "rlecouple" title ${title})
  set(man_page ${PROJECT_BINARY_DIR}/man/${title}.1)
  add_custom_command(
    OUTPUT ${man_page}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/man
    COMMAND ${CMAKE_COMMAND} -D page=${page} -D man=${man_page} -D title=${title} -D version=${PROJECT_VERSION}
            -D docs=${CMAKE_INSTALL_FULL_DOCDIR} -D lowdown=${RLE_LOWDOWN} -P ${PROJECT_SOURCE_DIR}/cmake/man_page.cmake
    DEPENDS ${page} ${PROJECT_SOURCE_DIR}/cmake/man_page.cmake
    VERBATIM)
  list(APPEND man_pages ${man_page})
endforeach()
add_custom_target(man ALL DEPENDS ${man_pages})
install(FILES ${man_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
