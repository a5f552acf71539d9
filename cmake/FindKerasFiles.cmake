# What Keras's files are made of: HDF5 for weights, libzip for the archive, as KerasFiles::KerasFiles to link, and
# KerasFiles_INCLUDE_DIRS. Of HDF5 the C library without MPI, where Debian puts it too.
find_path(KerasFiles_HDF5_INCLUDE_DIR hdf5.h PATH_SUFFIXES hdf5/serial)
find_library(KerasFiles_HDF5_LIBRARY NAMES hdf5_serial hdf5)
find_path(KerasFiles_ZIP_INCLUDE_DIR zip.h)
find_library(KerasFiles_ZIP_LIBRARY zip)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(KerasFiles REQUIRED_VARS
  KerasFiles_HDF5_LIBRARY KerasFiles_HDF5_INCLUDE_DIR KerasFiles_ZIP_LIBRARY KerasFiles_ZIP_INCLUDE_DIR)
mark_as_advanced(KerasFiles_HDF5_INCLUDE_DIR KerasFiles_HDF5_LIBRARY KerasFiles_ZIP_INCLUDE_DIR KerasFiles_ZIP_LIBRARY)
if(KerasFiles_FOUND AND NOT TARGET KerasFiles::KerasFiles)
  add_library(KerasFiles::KerasFiles INTERFACE IMPORTED)
  set_target_properties(KerasFiles::KerasFiles PROPERTIES
    INTERFACE_LINK_LIBRARIES "${KerasFiles_HDF5_LIBRARY};${KerasFiles_ZIP_LIBRARY}")
endif()
set(KerasFiles_INCLUDE_DIRS ${KerasFiles_HDF5_INCLUDE_DIR} ${KerasFiles_ZIP_INCLUDE_DIR})
list(REMOVE_ITEM KerasFiles_INCLUDE_DIRS ${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES})
