// Any bytes as a .npy file give a tensor or one of our errors.
#include "memory_file.h"
#include "triptych/core/error.h"
#include "triptych/core/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const MemoryFile file(bytes, size);
  try {
    triptych::load_npy(file.path());
  } catch (const triptych::Error&) {
  }
  return 0;
}
