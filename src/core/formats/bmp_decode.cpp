// BMP pictures: a header, a table of colours, and rows from the bottom up, each of a multiple of four bytes. Compressed
// ones are not read.
#include <array>
#include <cstdlib>

#include "core/formats/picture.h"

namespace triptych {
namespace {

class BmpDecoder {
 public:
  explicit BmpDecoder(const PictureFile& file) : file_(file) {}

  Raster read() {
    constexpr std::size_t file_header = 14, info_header = 40;
    const std::size_t header = number(file_header, 4), begin = number(10, 4);
    if (header < info_header) file_.unsupported("it is a BMP of OS/2");
    const auto width = static_cast<std::int32_t>(number(18, 4)), height = static_cast<std::int32_t>(number(22, 4));
    const std::size_t bits = number(28, 2), compression = number(30, 4), used = number(46, 4);
    if (width == INT32_MIN || height == INT32_MIN || width < 0) file_.damaged("its width is negative");
    Raster image{std::abs(height), width, 3, {}};
    file_.check_size(image.height, image.width);
    constexpr std::size_t masks = 3;  // a compression that only says where the colours stand
    if (compression != 0 && !(compression == masks && bits == 32 && has_usual_masks()))
      file_.unsupported("its kind of BMP is compressed");
    if (bits != 1 && bits != 4 && bits != 8 && bits != 24 && bits != 32)
      file_.unsupported("it is a BMP of " + std::to_string(bits) + " bits");
    const std::size_t row = (static_cast<std::size_t>(width) * bits + 31) / 32 * 4;
    if (bits <= 8) read_colors(file_header + header, used == 0 ? std::size_t{1} << bits : used);
    if (begin > file_.bytes.size() || row * static_cast<std::size_t>(image.height) > file_.bytes.size() - begin)
      file_.damaged("it ends too early");
    const bool alpha = bits == 32 && compression == masks && header >= 56 && number(66, 4) != 0;
    image.channels = alpha ? 4 : 3;
    image.pixels.reserve(static_cast<std::size_t>(image.height * image.width * image.channels));
    for (std::int64_t y = 0; y < image.height; ++y) {
      const std::int64_t line = height > 0 ? image.height - 1 - y : y;
      add_row(image, begin + static_cast<std::size_t>(line) * row, bits);
    }
    return image;
  }

 private:
  std::size_t number(std::size_t place, std::size_t bytes) const {
    if (place + bytes > file_.bytes.size()) file_.damaged("it ends too early");
    std::size_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(file_.bytes[place + i]);
    return value;
  }
  /// Blue, green, red, alpha.
  bool has_usual_masks() const { return number(54, 4) == 0xff0000 && number(58, 4) == 0xff00 && number(62, 4) == 0xff; }

  void read_colors(std::size_t place, std::size_t count) {
    if (count > 256) file_.damaged("it has more than 256 colours");
    for (std::size_t i = 0; i < count; ++i, place += 4) {
      static_cast<void>(number(place, 4));
      colors_.push_back({byte(place + 2), byte(place + 1), byte(place)});
    }
  }
  std::uint8_t byte(std::size_t place) const { return static_cast<std::uint8_t>(file_.bytes[place]); }

  void add_row(Raster& image, std::size_t place, std::size_t bits) const {
    for (std::size_t x = 0; x < static_cast<std::size_t>(image.width); ++x) {
      if (bits >= 24) {
        const std::size_t at = place + x * bits / 8;
        for (const std::size_t channel : {2U, 1U, 0U}) image.pixels.push_back(byte(at + channel));
        if (image.channels == 4) image.pixels.push_back(byte(at + 3));
      } else {
        const std::size_t bit = x * bits, index = byte(place + bit / 8) >> (8 - bits - bit % 8) & ((1U << bits) - 1);
        if (index >= colors_.size()) file_.damaged("a pixel has none of its colours");
        image.pixels.insert(image.pixels.end(), colors_[index].begin(), colors_[index].end());
      }
    }
  }

  const PictureFile& file_;
  std::vector<std::array<std::uint8_t, 3>> colors_;
};

}  // namespace

Raster decode_bmp(const PictureFile& file) { return BmpDecoder(file).read(); }

}  // namespace triptych
