// The data sets of `keras.datasets`, from the files in which their homes publish them. Nothing is downloaded: a path is
// that of the file, or of the folder that it lies in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/export.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych::keras {

/// Inputs and targets.
struct Examples {
  Tensor x, y;
};
/// `const auto [train, test] = keras::datasets::mnist::load_data(folder);`
struct ExampleSplits {
  Examples train, test;
};
/// Texts as lists of words' numbers, and their classes.
struct TextExamples {
  std::vector<std::vector<std::int64_t>> x;
  Tensor y;
};
struct TextSplits {
  TextExamples train, test;
};

/// How words become numbers, in Keras's order.
struct WordOptions {
  /// None: all words. Else rarer ones, whose number is this or more, are `oov_char`.
  std::optional<std::int64_t> num_words = {};
  /// So many of the most frequent words are `oov_char`, too.
  std::int64_t skip_top = 0;
  /// None: any length. Else only texts shorter than this.
  std::optional<std::int64_t> maxlen = {};
  /// Of the order.
  std::int64_t seed = 113;
  /// The first number of each text; none if it has none.
  std::optional<std::int64_t> start_char = 1;
  /// What words that are left out become; none: nothing.
  std::optional<std::int64_t> oov_char = 2;
  /// Words' numbers begin after this one.
  std::int64_t index_from = 3;
};
struct ReutersOptions {
  std::optional<std::int64_t> num_words = {};
  std::int64_t skip_top = 0;
  std::optional<std::int64_t> maxlen = {};
  /// The share of texts that are kept for the test.
  double test_split = 0.2;
  std::int64_t seed = 113;
  std::optional<std::int64_t> start_char = 1;
  std::optional<std::int64_t> oov_char = 2;
  std::int64_t index_from = 3;
};
struct HousingOptions {
  double test_split = 0.2;
  std::int64_t seed = 113;
};
struct CaliforniaHousingOptions {
  /// "large": 20640 examples; "small": the first 600.
  OwnedText version = "large";
  double test_split = 0.2;
  std::int64_t seed = 113;
};
/// Words and their numbers, in the file's order.
using WordIndex = std::vector<std::pair<std::string, std::int64_t>>;

// All: ArgumentError that names the file if it is missing, damaged or something else, and for options out of range.
// Orders are NumPy's, and so Keras's, for equal seeds.
namespace datasets {

namespace mnist {
/// Digits: x uint8 (60000, 28, 28) and (10000, 28, 28), y uint8. Reads `mnist.npz`, or the four IDX files, plain or
/// gzip.
TRIPTYCH_API ExampleSplits load_data(const OwnedText& path, Location where = Location::here());
}  // namespace mnist

namespace fashion_mnist {
/// Ten kinds of clothes, as MNIST's digits. Reads the four IDX files.
TRIPTYCH_API ExampleSplits load_data(const OwnedText& path, Location where = Location::here());
}  // namespace fashion_mnist

namespace cifar10 {
/// Ten kinds of things: x uint8 (50000, 32, 32, 3) and (10000, 32, 32, 3), y uint8 (n, 1). Reads the folder
/// cifar-10-batches-py or cifar-10-batches-bin.
TRIPTYCH_API ExampleSplits load_data(const OwnedText& path, Location where = Location::here());
}  // namespace cifar10

namespace cifar100 {
/// A hundred kinds of things, y int64 (n, 1): `label_mode` "fine", or their 20 groups, "coarse". Reads cifar-100-python
/// or cifar-100-binary.
TRIPTYCH_API ExampleSplits load_data(const OwnedText& path, const OwnedText& label_mode = "fine",
                                     Location where = Location::here());
}  // namespace cifar100

namespace imdb {
/// 25000 and 25000 reviews of films, bad (0) or good (1). Reads `imdb.npz`.
TRIPTYCH_API TextSplits load_data(const OwnedText& path, WordOptions options = {}, Location where = Location::here());
/// Reads `imdb_word_index.json`.
TRIPTYCH_API WordIndex get_word_index(const OwnedText& path, Location where = Location::here());
}  // namespace imdb

namespace reuters {
/// 11228 news of 46 topics. Reads `reuters.npz`.
TRIPTYCH_API TextSplits load_data(const OwnedText& path, ReutersOptions options = {},
                                  Location where = Location::here());
/// Reads `reuters_word_index.json`.
TRIPTYCH_API WordIndex get_word_index(const OwnedText& path, Location where = Location::here());
/// The topics.
TRIPTYCH_API std::vector<std::string> get_label_names();
}  // namespace reuters

namespace boston_housing {
/// 506 districts: x float64 (n, 13), y float64 (n), prices in 1000 dollars. Reads `boston_housing.npz`.
TRIPTYCH_API ExampleSplits load_data(const OwnedText& path, HousingOptions options = {},
                                     Location where = Location::here());
}  // namespace boston_housing

namespace california_housing {
/// Districts: x (n, 8), y (n), prices in dollars. Reads `california_housing.npz`.
TRIPTYCH_API ExampleSplits load_data(const OwnedText& path, CaliforniaHousingOptions options = {},
                                     Location where = Location::here());
}  // namespace california_housing

}  // namespace datasets
}  // namespace triptych::keras
