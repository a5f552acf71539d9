// The first frame of a GIF, by giflib.
#include "core/formats/picture.h"

#ifdef TRIPTYCH_HAS_PICTURES

#include <gif_lib.h>

#include <algorithm>
#include <cstring>

namespace triptych {
namespace {

class GifDecoder {
 public:
  explicit GifDecoder(const PictureFile& file) : file_(file) {
    int error = 0;
    gif_ = DGifOpen(this, copy, &error);
    if (!gif_) file.damaged(text_of(error));
  }
  ~GifDecoder() { static_cast<void>(DGifCloseFile(gif_, nullptr)); }
  GifDecoder(const GifDecoder&) = delete;
  GifDecoder& operator=(const GifDecoder&) = delete;

  Raster read() {
    for (GifRecordType record = UNDEFINED_RECORD_TYPE; record != IMAGE_DESC_RECORD_TYPE;) {
      check(DGifGetRecordType(gif_, &record));
      if (record == TERMINATE_RECORD_TYPE) file_.damaged("it has no frame");
      if (record == EXTENSION_RECORD_TYPE) read_extension();
    }
    check(DGifGetImageDesc(gif_));
    const GifImageDesc& frame = gif_->Image;
    const ColorMapObject* colors = frame.ColorMap ? frame.ColorMap : gif_->SColorMap;
    if (!colors) file_.damaged("it has no colours");
    Raster image{std::max<std::int64_t>(gif_->SHeight, std::int64_t{frame.Top} + frame.Height),
                 std::max<std::int64_t>(gif_->SWidth, std::int64_t{frame.Left} + frame.Width),
                 transparent_ == NO_TRANSPARENT_COLOR ? 3 : 4,
                 {}};
    file_.check_size(image.height, image.width);
    file_.check_size(frame.Height, frame.Width);
    image.pixels.resize(static_cast<std::size_t>(image.height * image.width * image.channels));
    std::vector<GifPixelType> line(static_cast<std::size_t>(frame.Width));
    struct Pass {
      int first, step;
    };
    const std::vector<Pass> passes =
        frame.Interlace ? std::vector<Pass>{{0, 8}, {4, 8}, {2, 4}, {1, 2}} : std::vector<Pass>{{0, 1}};
    for (const auto [first, step] : passes)
      for (int y = first; y < frame.Height; y += step) {
        check(DGifGetLine(gif_, line.data(), frame.Width));
        std::uint8_t* to =
            image.pixels.data() + ((std::int64_t{frame.Top} + y) * image.width + frame.Left) * image.channels;
        for (const int index : line) {
          if (index >= colors->ColorCount) file_.damaged("a pixel has none of its colours");
          const GifColorType& color = colors->Colors[index];
          *to++ = color.Red;
          *to++ = color.Green;
          *to++ = color.Blue;
          if (image.channels == 4) *to++ = index == transparent_ ? 0 : 255;
        }
      }
    return image;
  }

 private:
  static std::string text_of(int error) {
    const char* text = GifErrorString(error);
    return text ? text : "it ends too early";
  }
  void check(int status) const {
    if (status != GIF_OK) file_.damaged(text_of(gif_->Error));
  }
  static int copy(GifFileType* gif, GifByteType* to, int count) {
    auto& self = *static_cast<GifDecoder*>(gif->UserData);
    const std::size_t had = std::min(static_cast<std::size_t>(count), self.file_.bytes.size() - self.place_);
    if (had > 0) std::memcpy(to, self.file_.bytes.data() + self.place_, had);
    self.place_ += had;
    return static_cast<int>(had);
  }

  void read_extension() {
    int code = 0;
    GifByteType* block = nullptr;
    check(DGifGetExtension(gif_, &code, &block));
    while (block) {
      GraphicsControlBlock control;
      if (code == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
        transparent_ = control.TransparentColor;
      check(DGifGetExtensionNext(gif_, &block));
    }
  }

  const PictureFile& file_;
  GifFileType* gif_ = nullptr;
  std::size_t place_ = 0;
  int transparent_ = NO_TRANSPARENT_COLOR;
};

}  // namespace

Raster decode_gif(const PictureFile& file) { return GifDecoder(file).read(); }

}  // namespace triptych

#else

#include "core/formats/no_pictures.h"

namespace triptych {

Raster decode_gif(const PictureFile& file) { no_pictures(file, "GIF"); }

}  // namespace triptych

#endif
