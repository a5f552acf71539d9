// Any bytes as a safetensors file give a dictionary or one of our errors.
#include "memory_file.h"
#include "triptych/core/io.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const MemoryFile file(bytes, size);
  try {
    triptych::load(file.path());
  } catch (const triptych::Error&) {
  }
  return 0;
}
