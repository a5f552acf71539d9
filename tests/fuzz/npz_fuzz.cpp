// Any bytes as a .npz file of texts, pickles and all, give lists of numbers or one of our errors.
#include "memory_file.h"
#include "triptych/keras/datasets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const MemoryFile file(bytes, size);
  try {
    triptych::keras::datasets::imdb::load_data(file.path());
  } catch (const triptych::Error&) {
  }
  return 0;
}
