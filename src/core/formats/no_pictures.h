// What stands in the place of pictures in a build without libpng, libjpeg and giflib.
#pragma once

#include "core/formats/picture.h"
#include "triptych/core/error.h"

namespace triptych {

[[noreturn]] inline void no_pictures(const PictureFile& file, const char* kind) {
  throw UnsupportedError(file.context.op, "this build reads no " + std::string(kind) + " pictures",
                         file.name + "; it was built without libpng, libjpeg and giflib",
                         "Build with TRIPTYCH_PICTURES=ON (Debian: apt install libpng-dev libjpeg62-turbo-dev "
                         "libgif-dev)",
                         file.context.where);
}

}  // namespace triptych
