# What `triptych compare` knows from the sources of examples/compare/: the target `compare_sources`, which the program and the
# tests link. Included by tools/CMakeLists.txt.
set(compare_dir ${PROJECT_SOURCE_DIR}/examples/compare)
set(compare_records ${PROJECT_BINARY_DIR}/generated/compiled)
file(MAKE_DIRECTORY ${compare_records})
file(GLOB_RECURSE public_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/*.h)

# Mistakes that the compiler finds: what it says is written down now, for a program that has no compiler when it runs.
set(mistakes_of_the_compiler
  lowlevel/misspelled eager/misspelled eager/missing_input)
set(compare_facts "")
function(record_compile name source)
  set(record ${compare_records}/${name}.txt)
  add_custom_command(OUTPUT ${record}
    COMMAND ${PROJECT_SOURCE_DIR}/cmake/record_compile.sh ${record} ${PROJECT_SOURCE_DIR} ${CMAKE_CXX_COMPILER}
            -std=c++20 -I${PROJECT_SOURCE_DIR}/include ${ARGN} ${source}
    DEPENDS ${source} ${public_headers} ${compare_dir}/mistakes/mistake.h ${PROJECT_SOURCE_DIR}/cmake/record_compile.sh
    VERBATIM)
  set(compare_facts ${compare_facts} ${record} PARENT_SCOPE)
endfunction()
foreach(mistake IN LISTS mistakes_of_the_compiler)
  string(REPLACE "/" "_" name ${mistake})
  record_compile(${name} ${compare_dir}/mistakes/${mistake}.cpp -fsyntax-only)
endforeach()
# How long a first program takes to compile.
foreach(style IN ITEMS lowlevel eager keras)
  record_compile(${style}_base ${compare_dir}/edits/${style}/base.cpp -O2 -c)
endforeach()

# Lines of each folder of the library.
set(api_lines ${PROJECT_BINARY_DIR}/generated/api_lines.txt)
file(GLOB_RECURSE library_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*.h ${PROJECT_SOURCE_DIR}/src/*.cpp)
add_custom_command(OUTPUT ${api_lines}
  COMMAND ${PROJECT_SOURCE_DIR}/cmake/count_lines.sh ${api_lines} ${PROJECT_SOURCE_DIR}
          include/triptych/core include/triptych/lowlevel include/triptych/eager include/triptych/keras
          src/core src/api_lowlevel src/api_eager src/api_keras
  DEPENDS ${library_files} ${public_headers} ${PROJECT_SOURCE_DIR}/cmake/count_lines.sh
  VERBATIM)
list(APPEND compare_facts ${api_lines})

# All of it as text. The keys are paths below examples/ or the build folder's generated/.
file(GLOB_RECURSE compare_texts CONFIGURE_DEPENDS ${compare_dir}/*.cpp ${compare_dir}/texts.json)
file(GLOB equal_texts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/equal/*.cpp)
set(compare_embedded ${PROJECT_BINARY_DIR}/generated/source_files.cpp)
add_custom_command(OUTPUT ${compare_embedded}
  COMMAND ${CMAKE_COMMAND} "-DFILES=${compare_texts};${equal_texts};${compare_facts}" -DOUTPUT=${compare_embedded}
          "-DROOTS=${PROJECT_SOURCE_DIR}/examples;${PROJECT_BINARY_DIR}/generated" -DFUNCTION=source_files
          -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${compare_texts} ${equal_texts} ${compare_facts} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
  VERBATIM)

file(GLOB compare_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/triptych/sources*.cpp
  ${PROJECT_SOURCE_DIR}/tools/triptych/mistakes*.cpp)
file(GLOB planted_mistakes CONFIGURE_DEPENDS ${compare_dir}/mistakes/*/*.cpp)
foreach(mistake IN LISTS mistakes_of_the_compiler)
  list(REMOVE_ITEM planted_mistakes ${compare_dir}/mistakes/${mistake}.cpp)
endforeach()
file(GLOB calls CONFIGURE_DEPENDS ${compare_dir}/calls/*.cpp)
add_library(compare_sources OBJECT ${compare_sources} ${planted_mistakes} ${calls} ${compare_embedded})
# The mistakes of a style are compiled together: one after the other, their headers would be read thirty times.
foreach(style IN ITEMS lowlevel eager keras)
  file(GLOB of_style CONFIGURE_DEPENDS ${compare_dir}/mistakes/${style}/*.cpp)
  set_source_files_properties(${of_style} PROPERTIES UNITY_GROUP ${style})
endforeach()
set_source_files_properties(${compare_sources} ${calls} ${compare_embedded} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
set_target_properties(compare_sources PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
target_include_directories(compare_sources PUBLIC ${PROJECT_SOURCE_DIR}/tools/triptych ${PROJECT_SOURCE_DIR}/include)
target_compile_options(compare_sources PRIVATE -Wall -Wextra $<$<CONFIG:Release>:-O0>)  # what they do takes no time
target_link_libraries(compare_sources PRIVATE nlohmann_json::nlohmann_json)
