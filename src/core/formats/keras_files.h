// What stands in the place of Keras's files in a build without HDF5 and libzip.
#pragma once

#include "core/formats/file.h"
#include "triptych/core/error.h"

namespace triptych {

[[noreturn]] inline void no_keras_files(FileContext context) {
  throw UnsupportedError(context.op, "this build has no Keras files", "it was built without HDF5 and libzip",
                         "Build with TRIPTYCH_KERAS_FILES=ON (Debian: apt install libhdf5-dev libzip-dev)",
                         context.where);
}

}  // namespace triptych
