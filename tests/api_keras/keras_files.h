// Tests of Keras's files are skipped in a build without HDF5 and libzip.
#pragma once

#include "files.h"
#include "triptych/keras.h"

/// Whether this build has them.
inline bool has_keras_files() {
  static const bool has = [] {
    const TemporaryFolder folder;
    try {
      using namespace triptych::keras::layers;
      const triptych::keras::Sequential model({Input({1}), Dense(1, {.kernel_initializer = "zeros"})});
      triptych::keras::utils::clear_session();  // the test's own layers have the first names
      model.save_weights(folder / "model.weights.h5");
      return true;
    } catch (const triptych::UnsupportedError&) {
      return false;
    }
  }();
  return has;
}
