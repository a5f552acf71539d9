// JPEG pictures, by libjpeg.
#include "core/formats/picture.h"

#ifdef TRIPTYCH_HAS_PICTURES

#include <jerror.h>
#include <jpeglib.h>

#include <csetjmp>
#include <cstdio>  // jpeglib.h uses FILE

namespace triptych {
namespace {

/// The library gives up by a jump back into `read`, which then says false. Nothing but the library's own frames lies
/// between.
class JpegDecoder {
 public:
  explicit JpegDecoder(const PictureFile& file) : file_(file) {
    info_.err = jpeg_std_error(&errors_);
    info_.client_data = this;
    errors_.error_exit = give_up;
    errors_.emit_message = judge;
    progress_.progress_monitor = count_scans;
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&info_); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  bool read(Raster& image) {
    if (setjmp(back_) != 0) return false;
    jpeg_create_decompress(&info_);
    info_.progress = &progress_;
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(file_.bytes.data()), file_.bytes.size());
    if (jpeg_read_header(&info_, TRUE) != JPEG_HEADER_OK) return false;
    check_size();
    const bool four = info_.num_components == 4;
    info_.out_color_space = four ? JCS_CMYK : info_.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    if (jpeg_start_decompress(&info_) != TRUE) return false;
    image = {info_.output_height, info_.output_width, info_.output_components, {}};
    const auto row = static_cast<std::size_t>(image.width * image.channels);
    while (info_.output_scanline < info_.output_height) {  // memory grows with what is really there
      image.pixels.resize(row * (info_.output_scanline + 1));
      JSAMPROW line = image.pixels.data() + row * info_.output_scanline;
      if (jpeg_read_scanlines(&info_, &line, 1) != 1) return false;
    }
    if (jpeg_finish_decompress(&info_) != TRUE) return false;
    if (four) to_rgb(image);
    return true;
  }
  const char* problem() const { return problem_; }

 private:
  static JpegDecoder& of(j_common_ptr info) { return *static_cast<JpegDecoder*>(info->client_data); }
  static void give_up(j_common_ptr info) {
    info->err->format_message(info, of(info).problem_);
    std::longjmp(of(info).back_, 1);
  }
  /// Warnings of data that are not there end it, too: the library would make up what is missing.
  static void judge(j_common_ptr info, int level) {
    if (level >= 0) return;
    for (const int code : {JWRN_JPEG_EOF, JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE})
      if (info->err->msg_code == code) give_up(info);
  }
  /// Each scan of a progressive picture costs a pass over all of it, however few bytes it has.
  static void count_scans(j_common_ptr info) {
    constexpr int most = 500;
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= most) return;
    std::snprintf(of(info).problem_, sizeof problem_, "it has more than %d scans", most);
    std::longjmp(of(info).back_, 1);
  }

  void check_size() const {
    file_.check_size(info_.image_height, info_.image_width);
    // Each 8x8 block has a code for its mean, of a bit at least.
    const std::size_t blocks = static_cast<std::size_t>(info_.image_height) * info_.image_width / 64;
    if (info_.arith_code == FALSE && blocks / 8 > file_.bytes.size())
      file_.damaged("it holds fewer bytes than its pixels need");
  }

  /// Adobe's programs write ink as 255 minus it.
  void to_rgb(Raster& image) const {
    const unsigned turn = info_.saw_Adobe_marker ? 0 : 255;
    std::vector<std::uint8_t>& pixels = image.pixels;
    const std::size_t count = pixels.size() / 4;
    for (std::size_t i = 0; i < count; ++i) {
      const unsigned black = pixels[4 * i + 3] ^ turn;
      for (std::size_t c = 0; c < 3; ++c)
        pixels[3 * i + c] = static_cast<std::uint8_t>((pixels[4 * i + c] ^ turn) * black / 255);
    }
    pixels.resize(3 * count);
    image.channels = 3;
  }

  const PictureFile& file_;
  jpeg_decompress_struct info_ = {};
  jpeg_error_mgr errors_ = {};
  jpeg_progress_mgr progress_ = {};
  std::jmp_buf back_;
  char problem_[JMSG_LENGTH_MAX] = "it ends too early";
};

}  // namespace

Raster decode_jpeg(const PictureFile& file) {
  Raster image;
  if (JpegDecoder decoder(file); !decoder.read(image)) file.damaged(decoder.problem());
  return image;
}

}  // namespace triptych

#else

#include "core/formats/no_pictures.h"

namespace triptych {

Raster decode_jpeg(const PictureFile& file) { no_pictures(file, "JPEG"); }

}  // namespace triptych

#endif
