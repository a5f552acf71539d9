// Pictures beside one another as torchvision.utils.make_grid puts them, and the PNG files of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <triptych/eager.h>
#include <zlib.h>

#include "event_files.h"

namespace tt = triptych;
namespace utils = triptych::eager::utils;
using testing::ElementsAre;
using testing::HasSubstr;
using tt::Tensor;

namespace {

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = at; i < at + 4; ++i) number = number << 8 | static_cast<unsigned char>(bytes.at(i));
  return number;
}

struct Png {
  std::uint32_t width = 0, height = 0, channels = 0;
  std::vector<int> pixels;
};

/// A PNG file of bytes without interlacing, whose rows are differences to the left or to above; every chunk's checksum
/// is looked at.
Png read_png(const std::string& path) {
  const std::string file = read_file(path);
  EXPECT_EQ(file.substr(0, 8), "\x89PNG\r\n\x1a\n");
  Png png{number_at(file, 16), number_at(file, 20), file.at(25) == 2 ? 3U : file.at(25) == 6 ? 4U : 1U, {}};
  std::string packed;
  for (std::size_t at = 8; at < file.size(); at += number_at(file, at) + 12) {
    const std::string chunk = file.substr(at + 4, number_at(file, at) + 4);  // its type and its data
    EXPECT_EQ(crc32(0, reinterpret_cast<const Bytef*>(chunk.data()), static_cast<uInt>(chunk.size())),
              number_at(file, at + 4 + chunk.size()));
    if (chunk.starts_with("IDAT")) packed += chunk.substr(4);
  }
  const std::size_t stride = png.width * png.channels;
  std::vector<unsigned char> rows(png.height * (stride + 1));
  uLongf size = rows.size();
  EXPECT_EQ(uncompress(rows.data(), &size, reinterpret_cast<const Bytef*>(packed.data()), packed.size()), Z_OK);
  EXPECT_EQ(size, rows.size());
  for (std::size_t y = 0; y < png.height; ++y)
    for (std::size_t i = 0; i < stride; ++i) {
      const unsigned char kind = rows[y * (stride + 1)];
      const int left = i < png.channels ? 0 : png.pixels[y * stride + i - png.channels];
      const int above = y == 0 ? 0 : png.pixels[(y - 1) * stride + i];
      png.pixels.push_back((rows[y * (stride + 1) + 1 + i] + (kind == 1 ? left : kind == 2 ? above : 0)) % 256);
    }
  return png;
}

/// Three pictures of two pixels: -2 to 3.
Tensor three() { return tt::reshape(tt::arange(-2.0, 4.0), {3, 1, 1, 2}); }

}  // namespace

// The numbers are torchvision's.
TEST(MakeGrid, PutsPicturesBesideOneAnother) {
  const Tensor grid = utils::make_grid(three(), {.nrow = 2, .padding = 1, .pad_value = 0.5});
  ASSERT_EQ(grid.shape(), tt::Shape({3, 5, 7}));
  const Tensor expected = tt::tensor({{.5, .5, .5, .5, .5, .5, .5},
                                      {.5, -2., -1., .5, 0., 1., .5},
                                      {.5, .5, .5, .5, .5, .5, .5},
                                      {.5, 2., 3., .5, .5, .5, .5},
                                      {.5, .5, .5, .5, .5, .5, .5}});
  for (int channel : {0, 1, 2}) EXPECT_TRUE(grid[channel].equal(expected));
  EXPECT_EQ(utils::make_grid(tt::ones({9, 3, 4, 4})).shape(), tt::Shape({3, 14, 50}));
  EXPECT_EQ(utils::make_grid(tt::ones({4, 4})).shape(), tt::Shape({3, 4, 4}));
}

TEST(MakeGrid, SpreadsValuesFromZeroToOne) {
  const auto row = [](const Tensor& grid) { return tt::flatten(grid[0]); };
  const Tensor all = row(utils::make_grid(three(), {.nrow = 2, .padding = 0, .normalize = true}));
  EXPECT_TRUE(all.allclose(tt::tensor({0., .2, .4, .6, .8, 1., 0., 0.}))) << all;
  const Tensor each = row(utils::make_grid(three(), {.padding = 0, .normalize = true, .scale_each = true}));
  EXPECT_TRUE(each.allclose(tt::tensor({0., 1., 0., 1., 0., 1.}))) << each;
  const Tensor range = row(utils::make_grid(three(), {.padding = 0, .normalize = true, .value_range = {{-1, 1}}}));
  EXPECT_TRUE(range.allclose(tt::tensor({0., 0., .5, 1., 1., 1.}))) << range;
}

TEST(SaveImage, WritesRoundedBytes) {
  const TemporaryFolder folder;
  utils::save_image(tt::reshape(tt::linspace(-0.1, 1.1, 12), {3, 2, 2}), folder / "a.png");
  const Png floats = read_png(folder / "a.png");
  EXPECT_EQ(floats.width, 2U);
  EXPECT_EQ(floats.channels, 3U);
  EXPECT_THAT(floats.pixels, ElementsAre(0, 86, 197, 2, 114, 225, 30, 141, 253, 58, 169, 255));

  utils::save_image(tt::reshape(tt::arange(16), {4, 2, 2}).to(tt::uint8), folder / "a.png");  // in its place
  EXPECT_THAT(read_png(folder / "a.png").pixels, ElementsAre(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    EXPECT_EQ(entry.path().filename(), "a.png");
}

TEST(SaveImage, PillowReadsIt) {
  if (printed_by("python3 -c 'import PIL; print(1)' 2> /dev/null").empty())
    GTEST_SKIP() << "the python3 of PATH has no package Pillow";
  const TemporaryFolder folder;
  utils::save_image(three(), folder / "a.png", {.padding = 0, .normalize = true});
  EXPECT_EQ(printed_by("python3 -c 'import PIL.Image, sys; i = PIL.Image.open(sys.argv[1]); i.load(); "
                       "print(i.mode, i.size, list(i.getchannel(1).tobytes()))' '" +
                       folder / "a.png" + "'"),
            "RGB (6, 1) [0, 51, 102, 153, 204, 255]\n");
}

TEST(SaveImage, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  const auto message = [&](const Tensor& x, const std::string& name = "x.png", utils::MakeGridOptions options = {}) {
    return error_of<tt::ArgumentError>([&] { utils::save_image(x, folder / name, options); });
  };
  EXPECT_THAT(message({}), HasSubstr("undefined"));
  EXPECT_THAT(message(tt::ones({2})), HasSubstr("[save_image] a shape is not that of pictures: (2,)"));
  EXPECT_THAT(message(tt::ones({0, 1, 2, 2})), HasSubstr("no picture"));
  EXPECT_THAT(message(tt::ones({1, 0, 2})), HasSubstr("no pixel"));
  EXPECT_THAT(message(tt::ones({5, 2, 2})), HasSubstr("more than 4 channels"));
  EXPECT_THAT(message(tt::arange(4).reshape({2, 2})), HasSubstr("int64"));
  EXPECT_THAT(message(tt::ones({2, 2}), "x.jpg"), HasSubstr("does not end in '.png'"));
  EXPECT_THAT(message(tt::ones({2, 2}), "none/x.png"), HasSubstr("none/x.png"));
  EXPECT_THAT(message(tt::ones({2, 2}), "x.png", {.nrow = 0}), HasSubstr("nrow is below 1"));
  EXPECT_THAT(message(tt::ones({2, 2}), "x.png", {.padding = -1}), HasSubstr("padding is negative"));
  EXPECT_THAT(message(tt::ones({2, 2}), "x.png", {.normalize = true, .value_range = {{1, 1}}}),
              HasSubstr("value_range is empty: (1, 1)"));
}
