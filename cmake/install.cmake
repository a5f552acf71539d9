# What `cmake --install` puts where, and what find_package(Triptych) and pkg-config find there.
# Included by the top-level CMakeLists.txt after all targets exist.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Installs library `target` with headers, data and package files. The library's own other form (static beside shared) can
# be installed by its component alone, for the tests: pass EXCLUDE_FROM_ALL.
function(triptych_install target component)
  set(part COMPONENT ${component} ${ARGN})
  set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Triptych)
  set(generated_dir ${PROJECT_BINARY_DIR}/package/${component})

  install(TARGETS ${target} EXPORT ${component}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ${part}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} ${part}
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/triptych DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} ${part}
    FILES_MATCHING PATTERN "*.h")
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/data/mnist DESTINATION ${CMAKE_INSTALL_DATADIR}/triptych/data ${part})
  install(FILES ${PROJECT_SOURCE_DIR}/scripts/gdb/triptych_gdb.py DESTINATION ${CMAKE_INSTALL_DATADIR}/triptych/gdb ${part})

  # A static library leaves its private dependencies to the program that links it.
  set(dependencies "")
  set(private_libraries "")
  get_target_property(type ${target} TYPE)
  # A program that pkg-config's flags link finds the library where it is, as one that CMake links does.
  set(run_path "")
  if(type STREQUAL "SHARED_LIBRARY")
    set(run_path "-Wl,-rpath,\${libdir} ")
  endif()
  if(type STREQUAL "STATIC_LIBRARY")
    set(dependencies Threads ZLIB)
    set(private_libraries "-pthread -lz -lstdc++ -lm -ldl")
    if(TRIPTYCH_HAS_ONEDNN)
      list(APPEND dependencies OneDNN)
      install(FILES ${PROJECT_SOURCE_DIR}/cmake/FindOneDNN.cmake DESTINATION ${package_dir} ${part})
      set(private_libraries "-ldnnl ${private_libraries}")
    endif()
    if(TRIPTYCH_HAS_KERAS_FILES)
      list(APPEND dependencies KerasFiles)
      install(FILES ${PROJECT_SOURCE_DIR}/cmake/FindKerasFiles.cmake DESTINATION ${package_dir} ${part})
      set(private_libraries "${KerasFiles_HDF5_LIBRARY} -lzip ${private_libraries}")
    endif()
    if(TRIPTYCH_HAS_PICTURES)
      list(APPEND dependencies Pictures)
      install(FILES ${PROJECT_SOURCE_DIR}/cmake/FindPictures.cmake DESTINATION ${package_dir} ${part})
      set(private_libraries "-lpng -ljpeg -lgif ${private_libraries}")
    endif()
  endif()

  if(type STREQUAL "STATIC_LIBRARY" AND TRIPTYCH_CUDA STREQUAL "ON")
    list(APPEND dependencies CUDAToolkit)
    set(private_libraries "-L${CUDAToolkit_LIBRARY_DIR} -lcublas -lcusolver ${CUDNN_LIBRARY} -lcudart_static -lrt ${private_libraries}")
  endif()

  install(EXPORT ${component} FILE TriptychTargets.cmake NAMESPACE Triptych:: DESTINATION ${package_dir} ${part})
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/TriptychConfig.cmake.in
    ${generated_dir}/TriptychConfig.cmake INSTALL_DESTINATION ${package_dir})
  write_basic_package_version_file(${generated_dir}/TriptychConfigVersion.cmake
    VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
  install(FILES ${generated_dir}/TriptychConfig.cmake ${generated_dir}/TriptychConfigVersion.cmake
    DESTINATION ${package_dir} ${part})

  # The way from the .pc file up to the prefix, so that an installed tree can be moved.
  file(RELATIVE_PATH to_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/triptych.pc.in ${generated_dir}/triptych.pc @ONLY)
  install(FILES ${generated_dir}/triptych.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig ${part})
endfunction()

triptych_install(triptych triptych)

if(TARGET triptych_program)
  # The program finds a shared library beside itself, wherever the prefix is moved to.
  file(RELATIVE_PATH to_library /prefix/${CMAKE_INSTALL_BINDIR} /prefix/${CMAKE_INSTALL_LIBDIR})
  set_target_properties(triptych_program PROPERTIES INSTALL_RPATH "$ORIGIN/${to_library}")
  install(TARGETS triptych_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT triptych)
  # The same for models of one's own: find_package gives Triptych::compare too.
  install(TARGETS triptych_compare EXPORT triptych ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT triptych)
endif()

if(TRIPTYCH_BUILD_TESTS)
  add_subdirectory(tests/consumer)
endif()
