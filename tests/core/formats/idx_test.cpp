// IDX files, plain and compressed: valid, truncated, oversized, corrupt; MNIST and its places; streaming from disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <random>

#include "files.h"
#include "triptych/core/data.h"
#include "triptych/core/memory.h"

namespace tt = triptych;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

const std::string mnist_folder = TRIPTYCH_SOURCE_DIR "/data/mnist/";

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

std::string idx(char type, const std::vector<std::uint32_t>& shape, const std::string& elements) {
  std::string bytes{0, 0, type, static_cast<char>(shape.size())};
  for (const std::uint32_t dim : shape) bytes += big_endian(dim);
  return bytes + elements;
}

std::string gzip(const std::string& bytes) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string result(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

/// `count` images of 28x28, all pixels of image i with value i, and labels i mod 10.
std::string images(std::uint32_t count, std::uint32_t side = 28) {
  std::string pixels;
  for (std::uint32_t i = 0; i < count; ++i) pixels.append(side * side, static_cast<char>(i));
  return idx(8, {count, side, side}, pixels);
}
std::string labels(std::uint32_t count) {
  std::string bytes;
  for (std::uint32_t i = 0; i < count; ++i) bytes += static_cast<char>(i % 10);
  return idx(8, {count}, bytes);
}

/// A folder that TRIPTYCH_DATA names, with a small MNIST.
class DataFolder {
 public:
  DataFolder() {
    std::filesystem::create_directory(folder_ / "mnist");
    write_file(path("train-images-idx3-ubyte"), images(20));
    write_file(path("train-labels-idx1-ubyte"), labels(20));
    write_file(path("t10k-images-idx3-ubyte"), images(10));
    write_file(path("t10k-labels-idx1-ubyte"), labels(10));
    setenv("TRIPTYCH_DATA", folder_.path().c_str(), 1);
  }
  ~DataFolder() { unsetenv("TRIPTYCH_DATA"); }
  std::string path(const std::string& name) const { return folder_ / ("mnist/" + name); }

 private:
  TemporaryFolder folder_;
};

std::string mnist_error() {
  return error_of<tt::Error>([] { tt::data::mnist(); });
}

}  // namespace

TEST(Idx, ReadsEveryType) {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& bytes) {
    write_file(folder / "a", bytes);
    const tt::Tensor plain = tt::data::read_idx(folder / "a");
    write_file(folder / "a", gzip(bytes));
    const tt::Tensor compressed = tt::data::read_idx(folder / "a");
    EXPECT_EQ(plain.dtype(), compressed.dtype());
    EXPECT_EQ(plain.to_vector<double>(), compressed.to_vector<double>());
    return compressed;
  };
  const tt::Tensor bytes = read(idx(0x08, {2, 3}, "\x01\x02\x03\x04\x05\xff"));
  EXPECT_EQ(bytes.shape(), (tt::Shape{2, 3}));
  EXPECT_THAT(bytes.to_vector<std::uint8_t>(), ElementsAre(1, 2, 3, 4, 5, 255));
  EXPECT_THAT(read(idx(0x09, {2}, "\xff\x7f")).to_vector<std::int8_t>(), ElementsAre(-1, 127));
  EXPECT_THAT(read(idx(0x0c, {2}, big_endian(1) + big_endian(0xfffffffe))).to_vector<std::int32_t>(),
              ElementsAre(1, -2));
  EXPECT_THAT(read(idx(0x0d, {1}, big_endian(0x3fc00000))).to_vector<float>(), ElementsAre(1.5f));
  EXPECT_THAT(read(idx(0x0e, {1}, big_endian(0xc0040000) + big_endian(0))).to_vector<double>(), ElementsAre(-2.5));
  EXPECT_EQ(read(idx(0x08, {0, 3}, "")).shape(), (tt::Shape{0, 3}));
}

TEST(Idx, SeveralCompressedPartsAreOneFile) {
  const TemporaryFolder folder;
  const std::string bytes = idx(0x08, {4}, "\x01\x02\x03\x04");
  write_file(folder / "a", gzip(bytes.substr(0, 6)) + gzip(bytes.substr(6)));
  EXPECT_THAT(tt::data::read_idx(folder / "a").to_vector<std::uint8_t>(), ElementsAre(1, 2, 3, 4));
}

TEST(Idx, FilesThatAreNotValid) {
  const TemporaryFolder folder;
  const std::string path = folder / "digits";
  struct Case {
    std::string bytes, message;
  };
  const std::string good = idx(0x08, {4}, "abcd");
  std::string wrong_checksum = gzip(good);
  wrong_checksum[wrong_checksum.size() - 6] ^= 1;
  const std::vector<Case> cases = {
      {"", "it has 0 bytes, expected a header"},
      {std::string("\0\0\x08", 3), "it has 3 bytes, expected a header"},
      {"PNG, say", "it begins with bytes 50 4e, expected 00 00"},
      {idx(0x07, {4}, "abcd"), "element type is 07, expected 08, 09"},
      {idx(0x08, {}, ""), "it has 0 dimensions, expected 1 to 8"},
      {idx(0x08, std::vector<std::uint32_t>(9, 1), "a"), "it has 9 dimensions, expected 1 to 8"},
      {good.substr(0, 6), "it ends within its header"},
      {idx(0x08, {4}, "abc"), "promises elements of shape (4,), but it is too short"},
      {idx(0x08, {4}, "abcde"), "it goes on after its elements of shape (4,)"},
      {idx(0x0c, {1}, "abc"), "too short"},
      {idx(0x08, {0xffffffff, 0xffffffff}, "abcd"), "too short"},
      {idx(0x0e, {0xffffffff, 0xffffffff, 0xffffffff}, "abcd"), "too short"},
      {idx(0x08, {0}, "a"), "it goes on"},
      {gzip(idx(0x08, {4}, "abc")), "it ends too early: expected elements of shape (4,), 1 bytes more"},
      {gzip(idx(0x08, {4}, "abcde")), "it goes on after its elements"},
      {gzip(idx(0x08, {0xffffffff, 0xffffffff}, "abcd")), "too short"},
      {gzip(good).substr(0, 12), "it ends in the middle of the compressed data"},
      {gzip(good).substr(0, gzip(good).size() - 1), "it ends in the middle of the compressed data"},
      {gzip(good) + "garbage", "the compressed data is corrupt"},
      {wrong_checksum, "the compressed data is corrupt (incorrect data check)"},
      {"\x1f\x8b and no more", "the compressed data is corrupt"},
      {"\x1f\x8b", "it ends in the middle of the compressed data"},
  };
  for (const auto& [bytes, message] : cases) {
    write_file(path, bytes);
    EXPECT_THAT(error_of<tt::ArgumentError>([&] { tt::data::read_idx(path); }),
                AllOf(HasSubstr("[read_idx]"), HasSubstr("digits': "), HasSubstr(message), HasSubstr("idx_test.cpp")));
  }
  write_file(path, idx(0x0b, {1}, "ab"));
  EXPECT_THAT(error_of<tt::UnsupportedError>([&] { tt::data::read_idx(path); }), HasSubstr("16-bit integers"));
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { tt::data::read_idx(folder / "none"); }),
              HasSubstr("none' (No such file or directory)"));
}

// Any damage gives an Error or a valid array: never a crash, never another exception, never much memory.
TEST(Idx, DamagedFiles) {
  const TemporaryFolder folder;
  const std::string plain = idx(0x0c, {3, 4}, std::string(48, '\x05'));
  std::mt19937_64 random(11);
  int errors = 0;
  constexpr int runs = 3000;
  tt::reset_statistics();
  for (int run = 0; run < runs; ++run) {
    std::string bytes = plain;
    const auto damage = [&] {
      const std::size_t place = random() % bytes.size();
      switch (random() % 4) {
        case 0:
          bytes.resize(place);
          break;
        case 1:
          bytes.insert(place, 1 + random() % 8, static_cast<char>(random()));
          break;
        case 2:
          bytes.erase(place, 1 + random() % 8);
          break;
        default:
          bytes[random() % (random() % 2 ? bytes.size() : std::min<std::size_t>(bytes.size(), 12))] ^=
              static_cast<char>(1u << random() % 8);
      }
    };
    const bool compressed = run % 2;
    if (random() % 2) damage();
    if (compressed) bytes = gzip(bytes);
    if (!bytes.empty()) damage();
    write_file(folder / "a", bytes);
    try {
      tt::data::read_idx(folder / "a");
    } catch (const tt::Error&) {
      ++errors;
    }
  }
  EXPECT_GT(errors, runs / 2);
  EXPECT_LT(tt::statistics().peak_bytes_in_use, 1 << 20);
}

// The real files; the sums are Python's.
TEST(Mnist, IsThatOfTheSourceTree) {
  const auto mnist = tt::data::mnist();
  EXPECT_EQ(mnist.train.x.shape(), (tt::Shape{60000, 1, 28, 28}));
  EXPECT_EQ(mnist.train.x.dtype(), tt::float32);
  EXPECT_EQ(mnist.train.y.shape(), (tt::Shape{60000}));
  EXPECT_EQ(mnist.train.y.dtype(), tt::int64);
  EXPECT_EQ(mnist.test.x.shape(), (tt::Shape{10000, 1, 28, 28}));
  const auto first = mnist.train.y.data<std::int64_t>().first(10);
  EXPECT_THAT(std::vector<std::int64_t>(first.begin(), first.end()), ElementsAre(5, 0, 4, 1, 9, 2, 1, 3, 1, 4));
  double sum = 0;
  for (const float pixel : mnist.train.x.data<float>()) {
    ASSERT_TRUE(pixel >= 0 && pixel <= 1);
    sum += pixel;
  }
  EXPECT_NEAR(sum, 6146268.804, 0.1);
  std::int64_t label_sum = 0;
  for (const std::int64_t label : mnist.test.y.data<std::int64_t>()) label_sum += label;
  EXPECT_EQ(label_sum, 44434);
}

TEST(Mnist, DataFormats) {
  const DataFolder folder;
  const auto first = tt::data::mnist(), last = tt::data::mnist({.data_format = "channels_last"});
  EXPECT_EQ(first.train.x.shape(), (tt::Shape{20, 1, 28, 28}));
  EXPECT_EQ(last.train.x.shape(), (tt::Shape{20, 28, 28, 1}));
  EXPECT_EQ(first.train.x.to_vector<float>(), last.train.x.to_vector<float>());
  EXPECT_EQ(last.test.x.data<float>()[5 * 784], 5.0f / 255.0f);
  EXPECT_THAT(
      error_of<tt::ArgumentError>([] { tt::data::mnist({.data_format = "NCHW"}); }),
      HasSubstr(
          "[mnist] there is no such data_format: 'NCHW'. It is 'channels_first' or 'channels_last'. At idx_test.cpp"));
}

TEST(Mnist, DamagedFilesAreNamed) {
  const DataFolder folder;
  const std::string train_images = folder.path("train-images-idx3-ubyte");
  const std::string train_labels = folder.path("train-labels-idx1-ubyte");
  EXPECT_EQ(mnist_error(), "no error");

  write_file(train_images, images(20).substr(0, 5000));
  EXPECT_THAT(mnist_error(),
              AllOf(HasSubstr("[mnist]"), HasSubstr("train-images-idx3-ubyte': "), HasSubstr("too short")));
  write_file(train_images, images(20) + "x");
  EXPECT_THAT(mnist_error(), AllOf(HasSubstr("train-images-idx3-ubyte': "), HasSubstr("it goes on")));
  write_file(train_images, images(20, 27));
  EXPECT_THAT(mnist_error(), HasSubstr("of shape (20, 27, 27), expected (n, 28, 28)"));
  write_file(train_images, labels(20));
  EXPECT_THAT(mnist_error(), HasSubstr("uint8 of shape (20,), expected uint8 images (n, height, width)"));
  write_file(train_images, images(20));

  write_file(train_labels, labels(19));
  EXPECT_THAT(mnist_error(), AllOf(HasSubstr("train-labels-idx1-ubyte': "),
                                   HasSubstr("19 labels, expected one for each of the 20 images")));
  write_file(train_labels, images(20));
  EXPECT_THAT(mnist_error(), HasSubstr("expected uint8 labels (n)"));
  std::string bytes = labels(20);
  bytes.back() = 10;
  write_file(train_labels, bytes);
  EXPECT_THAT(mnist_error(), HasSubstr("label 19 is 10, expected 0 to 9"));

  std::filesystem::remove(train_labels);
  EXPECT_THAT(error_of<tt::UnsupportedError>([] { tt::data::mnist(); }),
              AllOf(HasSubstr("no 'train-labels-idx1-ubyte.gz' in"), HasSubstr("Set TRIPTYCH_DATA"),
                    HasSubstr("idx_test.cpp")));
}

TEST(Mnist, ReadsCompressedFilesFirst) {
  const DataFolder folder;
  write_file(folder.path("t10k-labels-idx1-ubyte.gz"), gzip(idx(8, {10}, std::string(10, '\x07'))));
  EXPECT_EQ(tt::data::mnist().test.y.data<std::int64_t>()[0], 7);
}

TEST(IdxDataset, GivesWhatMnistGives) {
  const auto memory = tt::data::mnist().test;
  const tt::data::IdxDataset compressed(mnist_folder + "t10k-images-idx3-ubyte.gz",
                                        mnist_folder + "t10k-labels-idx1-ubyte.gz");
  ASSERT_EQ(compressed.size(), 10000);
  tt::data::DataLoader a(memory, {.batch_size = 300, .shuffle = true, .seed = 3});
  tt::data::DataLoader b(compressed, {.batch_size = 300, .shuffle = true, .num_workers = 2, .seed = 3});
  auto other = b.begin();
  for (auto [x, y] : a) {
    ASSERT_FALSE(other == b.end());
    ASSERT_EQ(x.shape(), other->x.shape());
    ASSERT_EQ(x.to_vector<float>(), other->x.to_vector<float>());
    ASSERT_EQ(y.to_vector<std::int64_t>(), other->y.to_vector<std::int64_t>());
    ++other;
  }
  EXPECT_EQ(compressed.get(7).x.shape(), (tt::Shape{1, 28, 28}));
  EXPECT_EQ(compressed.get(7).y.item<int>(), memory.get(7).y.item<int>());
}

TEST(IdxDataset, PlainFilesStayWhereTheyAre) {
  const TemporaryFolder folder;
  write_file(folder / "images", images(30, 5));
  write_file(folder / "labels", labels(30));
  tt::data::IdxDataset moved(folder / "images", folder / "labels", {.data_format = "channels_last"});
  const tt::data::IdxDataset dataset = std::move(moved);
  EXPECT_EQ(moved.size(), 30);  // NOLINT(bugprone-use-after-move): that is the test
  EXPECT_EQ(dataset.get(29).x.shape(), (tt::Shape{5, 5, 1}));
  EXPECT_EQ(dataset.get(29).x.data<float>()[24], 29.0f / 255.0f);
  EXPECT_EQ(dataset.get(29).y.item<int>(), 9);
  EXPECT_THROW(dataset.get(30), tt::ArgumentError);
  write_file(folder / "images", images(30, 5) + "x");
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { tt::data::IdxDataset(folder / "images", folder / "labels"); }),
              AllOf(HasSubstr("[IdxDataset]"), HasSubstr("it has 767 bytes, expected 766")));
}

// A data set of 200 MB as floats in a process that may hold 20 MB of tensors.
TEST(IdxDataset, MemoryDoesNotGrowWithTheFile) {
  const tt::data::IdxDataset dataset(mnist_folder + "train-images-idx3-ubyte.gz",
                                     mnist_folder + "train-labels-idx1-ubyte.gz");
  tt::empty_cache();
  tt::reset_statistics();
  const std::int64_t before = tt::statistics().bytes_in_use;
  std::int64_t seen = 0;
  for (auto [x, y] : tt::data::DataLoader(dataset, {.batch_size = 256, .shuffle = true, .num_workers = 2}))
    seen += y.size(0);
  EXPECT_EQ(seen, 60000);
  EXPECT_LT(tt::statistics().peak_bytes_in_use - before, 20 << 20);
}
