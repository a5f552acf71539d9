# What `cmake --install` puts where, and what find_package(Triptych) and pkg-config find there.
# Included by the top-level CMakeLists.txt after the targets exist: `triptych` (library) and `triptych_program`.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS triptych EXPORT TriptychTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/triptych DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/data/mnist DESTINATION ${CMAKE_INSTALL_DATADIR}/triptych/data)
if(TARGET triptych_program)
  # The program finds a shared library beside itself, wherever the prefix is moved to.
  set_target_properties(triptych_program PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  install(TARGETS triptych_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# A static library leaves its private dependencies to the program that links it.
set(TRIPTYCH_STATIC_DEPENDENCIES "")
set(TRIPTYCH_PC_PRIVATE "")
get_target_property(triptych_type triptych TYPE)
if(triptych_type STREQUAL "STATIC_LIBRARY")
  list(APPEND TRIPTYCH_STATIC_DEPENDENCIES Threads ZLIB)
  set(TRIPTYCH_PC_PRIVATE "-lz -pthread")
  if(OpenMP_CXX_FOUND)
    list(APPEND TRIPTYCH_STATIC_DEPENDENCIES OpenMP)
    string(APPEND TRIPTYCH_PC_PRIVATE " ${OpenMP_CXX_FLAGS}")
  endif()
  if(TRIPTYCH_HAS_ONEDNN)
    list(APPEND TRIPTYCH_STATIC_DEPENDENCIES dnnl)
    string(APPEND TRIPTYCH_PC_PRIVATE " -ldnnl")
  endif()
  if(CMAKE_DL_LIBS)
    string(APPEND TRIPTYCH_PC_PRIVATE " -l${CMAKE_DL_LIBS}")
  endif()
endif()

set(triptych_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Triptych)
install(EXPORT TriptychTargets NAMESPACE Triptych:: DESTINATION ${triptych_package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/TriptychConfig.cmake.in
  ${PROJECT_BINARY_DIR}/TriptychConfig.cmake INSTALL_DESTINATION ${triptych_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/TriptychConfigVersion.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/TriptychConfig.cmake ${PROJECT_BINARY_DIR}/TriptychConfigVersion.cmake
  DESTINATION ${triptych_package_dir})

# The way from the .pc file up to the prefix, so that an installed tree can be moved.
file(RELATIVE_PATH triptych_pc_to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(${CMAKE_CURRENT_LIST_DIR}/triptych.pc.in ${PROJECT_BINARY_DIR}/triptych.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/triptych.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
