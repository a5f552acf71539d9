// Any bytes as a Keras archive, as a config, or as a file of weights give a model or one of our errors. The first byte
// says as which; the corpus may begin with the files of tests/references/keras_saving.
#include "memory_file.h"
#include "triptych/keras/layers.h"
#include "triptych/keras/saving.h"

namespace keras = triptych::keras;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  try {
    switch (bytes[0] % 3) {
      case 0: {
        const MemoryFile file(bytes + 1, size - 1);
        static_cast<void>(keras::models::load_model(file.path()));
        break;
      }
      case 1:
        static_cast<void>(
            keras::models::model_from_json(std::string(reinterpret_cast<const char*>(bytes) + 1, size - 1)));
        break;
      default: {
        const keras::Sequential model({keras::layers::Input({4}), keras::layers::Dense(2)});
        const MemoryFile file(bytes + 1, size - 1);
        model.load_weights(file.path());
      }
    }
  } catch (const triptych::Error&) {
  }
  return 0;
}
