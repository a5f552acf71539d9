// Any bytes as a graph file give a graph or one of our errors.
#include "memory_file.h"
#include "triptych/core/error.h"
#include "triptych/lowlevel/saved_model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const MemoryFile file(bytes, size);
  try {
    triptych::lowlevel::saved_model::load(file.path());
  } catch (const triptych::Error&) {
  }
  return 0;
}
