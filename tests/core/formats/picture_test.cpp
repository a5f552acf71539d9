// Pictures of every kind have Pillow's pixels; what is damaged or hostile is one error that names the file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <map>

#include "files.h"
#include "triptych/core.h"
#include "triptych/eager/io.h"
#include "triptych/lowlevel/io.h"

namespace tt = triptych;
using testing::HasSubstr;

namespace {

const std::string folder = std::string(TRIPTYCH_SOURCE_DIR) + "/tests/references/pictures/";

/// What Pillow reads: "rgb.png/L", "rgb.png/RGBA".
const tt::StateDict& references() {
  static const tt::StateDict dict =
      tt::load(std::string(TRIPTYCH_SOURCE_DIR) + "/tests/references/pictures.safetensors");
  return dict;
}

/// The files, and how many channels each has.
const std::map<std::string, int>& pictures() {
  static const std::map<std::string, int> files{
      {"rgb.png", 3},         {"rgba.png", 4},   {"grey.png", 1},       {"grey_alpha.png", 2}, {"palette.png", 3},
      {"transparent.png", 4}, {"bits.png", 1},   {"interlaced.png", 3}, {"rgb.jpg", 3},        {"grey.jpg", 1},
      {"progressive.jpg", 3}, {"full.jpg", 3},   {"cmyk.jpg", 3},       {"palette.gif", 3},    {"interlaced.gif", 3},
      {"transparent.gif", 4}, {"frames.gif", 3}, {"rgb.bmp", 3},        {"palette.bmp", 3},    {"bits.bmp", 3},
      {"rgba.bmp", 3},        {"masks.bmp", 4},  {"down.bmp", 3},       {"four.bmp", 3}};
  return files;
}

/// False in a build without libpng, libjpeg and giflib; of BMP there is always a reader.
bool is_read(const std::string& name) {
  if (name.ends_with(".bmp")) return true;
  static const bool others = [] {
    try {
      static_cast<void>(tt::read_image(folder + "rgb.png"));
      return true;
    } catch (const tt::UnsupportedError& error) {
      EXPECT_THAT(error.what(), HasSubstr("this build reads no PNG pictures: "));
      return false;
    }
  }();
  return others;
}

std::vector<float> numbers(const tt::Tensor& x) { return tt::cast(x, tt::float32).to_vector<float>(); }

std::string number(std::uint32_t value, int bytes, bool big_endian) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * (big_endian ? bytes - 1 - i : i) & 255);
  return text;
}

/// A PNG with another size in its header, whose checksum is right.
std::string png_of_size(std::uint32_t height, std::uint32_t width) {
  std::string bytes = read_file(folder + "rgb.png");
  bytes.replace(16, 8, number(width, 4, true) + number(height, 4, true));
  const auto* head = reinterpret_cast<const Bytef*>(bytes.data() + 12);
  bytes.replace(29, 4, number(static_cast<std::uint32_t>(::crc32(0, head, 17)), 4, true));
  return bytes;
}

}  // namespace

TEST(Pictures, PixelsArePillows) {
  for (const auto& [name, channels] : pictures()) {
    if (!is_read(name)) continue;
    SCOPED_TRACE(name);
    const tt::Tensor native = tt::read_image(folder + name), grey = tt::read_image(folder + name, 1),
                     all = tt::read_image(folder + name, 4);
    EXPECT_EQ(native.dtype(), tt::uint8);
    EXPECT_EQ(native.size(2), channels);
    EXPECT_EQ(all.shape(), references().at(name + "/RGBA").shape());
    EXPECT_EQ(numbers(all), numbers(references().at(name + "/RGBA")));
    EXPECT_EQ(numbers(grey), numbers(references().at(name + "/L")));
    EXPECT_EQ(numbers(tt::read_image(folder + name, 3)), numbers(tt::slice(all, 2, {0, 3})));
    EXPECT_EQ(numbers(tt::decode_image(read_file(folder + name))), numbers(native));
  }
  if (!is_read("deep.png")) return;
  EXPECT_EQ(numbers(tt::read_image(folder + "deep.png")), numbers(references().at("deep.png/RGB")));
}

TEST(Pictures, DamagedOnesAreErrors) {
  const TemporaryFolder scratch;
  for (const auto& [name, channels] : pictures()) {
    if (!is_read(name)) continue;
    const std::string bytes = read_file(folder + name);
    // A GIF's first frame ends before the file does.
    const std::size_t part = name == "frames.gif" ? 100 : bytes.size() / 2,
                      most = name.ends_with(".gif") ? part : bytes.size();
    for (std::size_t length = 0; length < most; ++length)
      EXPECT_THROW(tt::decode_image(bytes.substr(0, length)), tt::ArgumentError) << name << " of " << length;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ (1 << i % 8));
      try {
        static_cast<void>(tt::decode_image(changed, 3));
      } catch (const tt::Error&) {
      }
    }
    write_file(scratch / name, bytes.substr(0, part));
    const std::string error = error_of<tt::ArgumentError>([&] { tt::read_image(scratch / name); });
    EXPECT_THAT(error, HasSubstr("[read_image] the picture is damaged: '" + (scratch / name) + "': "));
    EXPECT_THAT(error, HasSubstr("picture_test.cpp:"));
  }
}

TEST(Pictures, HugeSizesTakeNoMemory) {
  const auto error = [](const std::string& bytes) { return error_of<tt::Error>([&] { tt::decode_image(bytes); }); };
  std::string bmp = read_file(folder + "rgb.bmp");
  bmp.replace(18, 8, number(0x7fffffff, 4, false) + number(0x7fffffff, 4, false));
  EXPECT_THAT(error(bmp), HasSubstr("it has 2147483647 x 2147483647 pixels, more than 178956970"));
  bmp.replace(18, 8, number(13000, 4, false) + number(13000, 4, false));
  EXPECT_THAT(error(bmp), HasSubstr("it ends too early"));
  bmp.replace(18, 8, number(0, 4, false) + number(0x80000000, 4, false));
  EXPECT_THAT(error(bmp), HasSubstr("the picture is damaged"));
  if (!is_read("rgb.png")) GTEST_SKIP() << "built without libpng, libjpeg and giflib";
  EXPECT_THAT(error(png_of_size(900000, 900000)), HasSubstr("it has 900000 x 900000 pixels, more than 178956970"));
  EXPECT_THAT(error(png_of_size(13000, 13000)), HasSubstr("it holds fewer bytes than its pixels need"));
  EXPECT_THAT(error(png_of_size(10, 13)), HasSubstr("the picture is damaged: the text: "));
  std::string jpeg = read_file(folder + "rgb.jpg");
  const std::size_t frame = jpeg.find("\xff\xc0") + 5;
  jpeg.replace(frame, 4, number(65500, 2, true) + number(65500, 2, true));
  EXPECT_THAT(error(jpeg), HasSubstr("pixels, more than 178956970"));
  jpeg.replace(frame, 4, number(13000, 2, true) + number(13000, 2, true));
  EXPECT_THAT(error(jpeg), HasSubstr("it holds fewer bytes than its pixels need"));
  std::string gif = read_file(folder + "palette.gif");
  gif.replace(6, 4, number(65535, 2, false) + number(65535, 2, false));
  EXPECT_THAT(error(gif), HasSubstr("it has 65535 x 65535 pixels"));
}

TEST(Pictures, WordsOfTheStyles) {
  if (!is_read("rgba.png")) GTEST_SKIP() << "built without libpng, libjpeg and giflib";
  namespace torchvision = tt::eager;
  using torchvision::io::ImageReadMode;
  const std::string path = folder + "rgba.png";
  const tt::Tensor plain = tt::read_image(path);
  const tt::Tensor image = torchvision::io::read_image(path);
  EXPECT_EQ(image.shape(), (tt::Shape{4, 9, 13}));
  EXPECT_EQ(numbers(image), numbers(tt::permute(plain, {2, 0, 1})));
  EXPECT_EQ(torchvision::io::read_image(path, ImageReadMode::GRAY_ALPHA).size(0), 2);
  const tt::Tensor bytes = torchvision::io::read_file(path);
  EXPECT_EQ(numbers(torchvision::io::decode_image(bytes, ImageReadMode::RGB)), numbers(tt::slice(image, 0, {0, 3})));

  namespace tf = tt::lowlevel;
  const std::string contents = tf::io::read_file(path);
  EXPECT_EQ(numbers(tf::io::decode_image(contents)), numbers(plain));
  EXPECT_EQ(tf::io::decode_png(contents, 3).size(2), 3);
  const tt::Tensor shares = tf::io::decode_image(contents, 4, tt::float32);
  EXPECT_EQ(numbers(shares), numbers(tt::cast(plain, tt::float32) / 255));
  EXPECT_EQ(tf::io::decode_jpeg(tf::io::read_file(folder + "rgb.jpg"), 1).size(2), 1);
}

TEST(Pictures, BadInput) {
  const auto error = [](auto&& function) { return error_of<tt::ArgumentError>(function); };
  const std::string bmp = read_file(folder + "rgb.bmp");
  EXPECT_THAT(error([&] { tt::decode_image("no picture"); }),
              HasSubstr("[decode_image] there is no picture: the text begins as no PNG, JPEG, GIF or BMP does"));
  EXPECT_THAT(error([&] { tt::decode_image(""); }), HasSubstr("there is no picture"));
  EXPECT_THAT(error([&] { tt::decode_image(bmp, 5); }), HasSubstr("channels is not from 0 to 4: 5"));
  EXPECT_THAT(error([&] { tt::read_image(folder + "none.png"); }), HasSubstr("none.png"));
  EXPECT_THAT(error([&] { tt::lowlevel::io::decode_png(bmp); }),
              HasSubstr("[decode_png] the picture is no PNG: the text is a BMP"));
  EXPECT_THAT(error([&] { tt::lowlevel::io::decode_image(bmp, 3, tt::int32); }),
              HasSubstr("dtype is neither uint8 nor float32: int32"));
  EXPECT_THAT(error([&] { tt::eager::io::decode_image(tt::zeros({3})); }),
              HasSubstr("the input is not the bytes of a file: float32 (3,)"));
  std::string compressed = bmp;
  compressed[30] = 1;
  EXPECT_THAT(error_of<tt::UnsupportedError>([&] { tt::decode_image(compressed); }),
              HasSubstr("its kind of BMP is compressed"));
}
