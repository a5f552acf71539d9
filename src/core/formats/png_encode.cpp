#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

#include "core/formats/atomic_file.h"
#include "core/formats/png.h"

namespace triptych {
namespace {

void append_big_endian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

void append_chunk(std::string& out, const char* type, const std::string& data) {
  append_big_endian(out, static_cast<std::uint32_t>(data.size()));
  const std::string checked = type + data;
  out += checked;
  append_big_endian(out, static_cast<std::uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(checked.data()),
                                                            static_cast<uInt>(checked.size()))));
}

/// What a row is, as the differences of its bytes to the ones left of them (`up` false) or above them. Returns the sum
/// of their distances from zero: the less, the better it compresses.
std::int64_t differences(std::span<const std::uint8_t> row, std::span<const std::uint8_t> above, std::size_t channels,
                         bool up, std::vector<std::uint8_t>& out) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::uint8_t before = up ? above[i] : i < channels ? std::uint8_t{0} : row[i - channels];
    out[i] = static_cast<std::uint8_t>(row[i] - before);
    sum += std::abs(static_cast<std::int8_t>(out[i]));
  }
  return sum;
}

}  // namespace

std::string encode_png(const Raster& image, FileContext context) {
  constexpr std::int64_t longest = std::numeric_limits<std::int32_t>::max();
  const auto channels = static_cast<std::size_t>(image.channels);
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * channels;
  // A file's chunk, and what zlib takes at once, has at most 2^31 bytes.
  if (image.height > longest || image.width > longest ||
      (row_bytes + 1) * static_cast<std::size_t>(image.height) > static_cast<std::size_t>(longest))
    throw UnsupportedError(context.op, "the image is too large for a PNG file",
                           std::to_string(image.height) + " x " + std::to_string(image.width) + " pixels", "",
                           context.where);
  std::vector<std::uint8_t> filtered;
  filtered.reserve((row_bytes + 1) * static_cast<std::size_t>(image.height));
  std::vector<std::uint8_t> zeros(row_bytes), left(row_bytes), up(row_bytes);
  std::span<const std::uint8_t> above(zeros);
  for (std::int64_t y = 0; y < image.height; ++y) {
    const std::span<const std::uint8_t> row(image.pixels.data() + static_cast<std::size_t>(y) * row_bytes, row_bytes);
    constexpr std::uint8_t filter_sub = 1, filter_up = 2;
    const bool sub_is_better =
        differences(row, above, channels, false, left) <= differences(row, above, channels, true, up);
    filtered.push_back(sub_is_better ? filter_sub : filter_up);
    const std::vector<std::uint8_t>& chosen = sub_is_better ? left : up;
    filtered.insert(filtered.end(), chosen.begin(), chosen.end());
    above = row;
  }
  uLongf size = ::compressBound(filtered.size());
  std::string data(size, '\0');
  if (::compress(reinterpret_cast<Bytef*>(data.data()), &size, filtered.data(), filtered.size()) != Z_OK)
    throw UnsupportedError(context.op, "there is no memory to compress an image",
                           std::to_string(filtered.size()) + " bytes", "", context.where);
  data.resize(size);

  constexpr std::array<char, 5> colour_types = {0, 0, 4, 2, 6};  // by the number of channels
  std::string header;
  append_big_endian(header, static_cast<std::uint32_t>(image.width));
  append_big_endian(header, static_cast<std::uint32_t>(image.height));
  header += {8, colour_types[channels], 0, 0, 0};  // bits, colours; deflate, filters by row, not interlaced
  std::string file = "\x89PNG\r\n\x1a\n";
  append_chunk(file, "IHDR", header);
  append_chunk(file, "IDAT", data);
  append_chunk(file, "IEND", {});
  return file;
}

void write_png(const std::string& path, const Raster& image, FileContext context) {
  const std::string bytes = encode_png(image, context);
  AtomicFile file(path, context);
  file.write(bytes);
  file.commit();
}

}  // namespace triptych
