// Any bytes as an IDX file, compressed or not, give an array or one of our errors.
#include "memory_file.h"
#include "triptych/core/data.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const MemoryFile file(bytes, size);
  try {
    triptych::data::read_idx(file.path());
  } catch (const triptych::Error&) {
  }
  return 0;
}
