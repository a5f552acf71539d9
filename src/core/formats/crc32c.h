// CRC-32C (Castagnoli), the checksum of TFRecord files.
#pragma once

#include <cstdint>
#include <string_view>

namespace triptych {

std::uint32_t crc32c(std::string_view bytes);

/// As TFRecord files have it: rotated and shifted, so that the checksum of bytes that hold checksums is one still.
std::uint32_t masked_crc32c(std::string_view bytes);

}  // namespace triptych
