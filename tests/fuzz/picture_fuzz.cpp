// Any bytes as a picture give a tensor or one of our errors. The first byte says how many channels; the corpus may
// begin with small pictures of each kind.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "triptych/core/error.h"
#include "triptych/core/image_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  try {
    static_cast<void>(
        triptych::decode_image(std::string_view(reinterpret_cast<const char*>(bytes) + 1, size - 1), bytes[0] % 5));
  } catch (const triptych::Error&) {
  }
  return 0;
}
