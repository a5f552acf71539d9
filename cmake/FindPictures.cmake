# What pictures are decoded by: libpng, libjpeg and giflib, as Pictures::Pictures to link, and Pictures_INCLUDE_DIRS.
find_path(Pictures_PNG_INCLUDE_DIR png.h)
find_library(Pictures_PNG_LIBRARY NAMES png png16)
find_path(Pictures_JPEG_INCLUDE_DIR jpeglib.h)
find_library(Pictures_JPEG_LIBRARY jpeg)
find_path(Pictures_GIF_INCLUDE_DIR gif_lib.h)
find_library(Pictures_GIF_LIBRARY gif)
set(pictures_parts Pictures_PNG_LIBRARY Pictures_PNG_INCLUDE_DIR Pictures_JPEG_LIBRARY Pictures_JPEG_INCLUDE_DIR
  Pictures_GIF_LIBRARY Pictures_GIF_INCLUDE_DIR)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Pictures REQUIRED_VARS ${pictures_parts})
mark_as_advanced(${pictures_parts})
if(Pictures_FOUND AND NOT TARGET Pictures::Pictures)
  add_library(Pictures::Pictures INTERFACE IMPORTED)
  set_target_properties(Pictures::Pictures PROPERTIES
    INTERFACE_LINK_LIBRARIES "${Pictures_PNG_LIBRARY};${Pictures_JPEG_LIBRARY};${Pictures_GIF_LIBRARY}")
endif()
set(Pictures_INCLUDE_DIRS ${Pictures_PNG_INCLUDE_DIR} ${Pictures_JPEG_INCLUDE_DIR} ${Pictures_GIF_INCLUDE_DIR})
list(REMOVE_ITEM Pictures_INCLUDE_DIRS ${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES})
