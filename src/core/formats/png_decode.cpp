// PNG pictures, by libpng.
#include "core/formats/picture.h"

#ifdef TRIPTYCH_HAS_PICTURES

#include <png.h>

#include <csetjmp>
#include <cstring>

namespace triptych {
namespace {

/// The library gives up by a jump back into `read`, which then says false. Nothing but the library's own frames lies
/// between.
class PngDecoder {
 public:
  explicit PngDecoder(const PictureFile& file) : file_(file) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, give_up, [](png_structp, png_const_charp) {});
    if (png_) info_ = png_create_info_struct(png_);
    if (!info_) file.unsupported("libpng has no memory");
  }
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;

  bool read(Raster& image) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_read_fn(png_, this, copy);
    png_read_info(png_, info_);
    png_set_expand(png_);    // palettes to colours, a transparent one to an alpha, bits to bytes
    png_set_strip_16(png_);  // the upper byte of two
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    make_room(image);
    png_read_image(png_, rows_.data());
    png_read_end(png_, nullptr);
    return true;
  }
  const std::string& problem() const { return problem_; }

 private:
  static void give_up(png_structp png, png_const_charp problem) {
    static_cast<PngDecoder*>(png_get_error_ptr(png))->problem_ = problem;
    png_longjmp(png, 1);
  }
  static void copy(png_structp png, png_bytep to, std::size_t count) {
    auto& self = *static_cast<PngDecoder*>(png_get_io_ptr(png));
    if (count > self.file_.bytes.size() - self.place_) png_error(png, "it ends too early");
    std::memcpy(to, self.file_.bytes.data() + self.place_, count);
    self.place_ += count;
  }

  void make_room(Raster& image) {
    image.height = png_get_image_height(png_, info_);
    image.width = png_get_image_width(png_, info_);
    image.channels = png_get_channels(png_, info_);
    file_.check_size(image.height, image.width);
    const auto row = static_cast<std::size_t>(image.width * image.channels),
               height = static_cast<std::size_t>(image.height);
    // Deflate makes at most 1032 bytes of one; eight grey pixels are one byte of it.
    if (height * static_cast<std::size_t>(image.width) / 8 / 1032 > file_.bytes.size())
      file_.damaged("it holds fewer bytes than its pixels need");
    image.pixels.resize(row * height);
    rows_.resize(height);
    for (std::size_t i = 0; i < height; ++i) rows_[i] = image.pixels.data() + i * row;
  }

  const PictureFile& file_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::size_t place_ = 0;
  std::vector<png_bytep> rows_;
  std::string problem_;
};

}  // namespace

Raster decode_png(const PictureFile& file) {
  Raster image;
  if (PngDecoder decoder(file); !decoder.read(image)) file.damaged(decoder.problem());
  return image;
}

}  // namespace triptych

#else

#include "core/formats/no_pictures.h"

namespace triptych {

Raster decode_png(const PictureFile& file) { no_pictures(file, "PNG"); }

}  // namespace triptych

#endif
