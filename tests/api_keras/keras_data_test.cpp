// Data sets and what prepares arrays, against Keras's own readers and functions
// (scripts/references/make_references_keras_data.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
namespace datasets = triptych::keras::datasets;

namespace {

const std::string folder = TRIPTYCH_SOURCE_DIR "/tests/references/keras_data";

const tt::StateDict& references() {
  static const tt::StateDict dict = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/keras_data.safetensors");
  return dict;
}

void expect_equal(const tt::Tensor& ours, const std::string& name) {
  const tt::Tensor& theirs = references().at(name);
  EXPECT_EQ(ours.shape(), theirs.shape()) << name;
  EXPECT_TRUE(ours.shape() == theirs.shape() &&
              tt::allclose(tt::cast(ours, tt::float64), tt::cast(theirs, tt::float64)))
      << name << "\n"
      << ours << "\n"
      << theirs;
}

void expect_splits(const keras::ExampleSplits& splits, const std::string& name) {
  expect_equal(splits.train.x, name + "/train/x");
  expect_equal(splits.train.y, name + "/train/y");
  expect_equal(splits.test.x, name + "/test/x");
  expect_equal(splits.test.y, name + "/test/y");
}

void expect_texts(const keras::TextExamples& texts, const std::string& name) {
  std::vector<std::int64_t> lengths, words;
  for (const auto& text : texts.x) {
    lengths.push_back(static_cast<std::int64_t>(text.size()));
    words.insert(words.end(), text.begin(), text.end());
  }
  expect_equal(tt::tensor(lengths), name + "/lengths");
  expect_equal(tt::tensor(words), name + "/words");
  expect_equal(texts.y, name + "/y");
}

void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }
std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST(KerasData, ReadsImages) {
  expect_splits(datasets::mnist::load_data(folder), "mnist");
  EXPECT_EQ(datasets::mnist::load_data(folder + "/mnist.npz").train.x.dtype(), tt::uint8);
  const auto [train, test] = datasets::mnist::load_data(TRIPTYCH_SOURCE_DIR "/data/mnist");
  EXPECT_EQ(train.x.shape(), (tt::Shape{60000, 28, 28}));
  EXPECT_EQ(test.y.shape(), (tt::Shape{10000}));
  EXPECT_EQ(train.y[0].item<int>(), 5);
  EXPECT_EQ(datasets::fashion_mnist::load_data(TRIPTYCH_SOURCE_DIR "/data/mnist").test.x.size(0), 10000);
  expect_splits(datasets::cifar100::load_data(folder), "cifar100");
  expect_equal(datasets::cifar100::load_data(folder, "coarse").train.y, "coarse");
}

TEST(KerasData, ReadsCifarsBinaries) {
  const TemporaryFolder scratch;
  const std::string inside = scratch / "cifar-10-batches-bin";
  std::filesystem::create_directories(inside);
  for (const char* name :
       {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"}) {
    std::string image(3073, '\0');
    image[0] = name[11];  // its class
    for (std::size_t i = 0; i < 3072; ++i) image[i + 1] = static_cast<char>(i / 1024 * 100 + i % 32);
    write(inside + "/" + name + ".bin", image);
  }
  const auto [train, test] = datasets::cifar10::load_data(scratch.path());
  EXPECT_EQ(train.x.shape(), (tt::Shape{5, 32, 32, 3}));
  EXPECT_EQ(train.y.shape(), (tt::Shape{5, 1}));
  EXPECT_EQ(train.y[4][0].item<int>(), '5');
  EXPECT_EQ(test.x[0][3][7].to_vector<int>(), (std::vector<int>{7, 107, 207}));
  write(inside + "/data_batch_3.bin", "short");
  EXPECT_THROW(datasets::cifar10::load_data(scratch.path()), tt::ArgumentError);
}

TEST(KerasData, ReadsTextsAndHouses) {
  const auto imdb = datasets::imdb::load_data(folder);
  expect_texts(imdb.train, "imdb/train");
  expect_texts(imdb.test, "imdb/test");
  const auto less = datasets::imdb::load_data(folder, {.num_words = 20,
                                                       .skip_top = 5,
                                                       .maxlen = 10,
                                                       .seed = 7,
                                                       .start_char = std::nullopt,
                                                       .oov_char = std::nullopt,
                                                       .index_from = 0});
  expect_texts(less.train, "imdb_options/train");
  expect_texts(less.test, "imdb_options/test");
  const auto reuters = datasets::reuters::load_data(folder, {.num_words = 25, .test_split = 0.3});
  expect_texts(reuters.train, "reuters/train");
  expect_texts(reuters.test, "reuters/test");
  EXPECT_EQ(datasets::reuters::get_label_names().size(), 46U);
  EXPECT_EQ(datasets::imdb::get_word_index(folder), (keras::WordIndex{{"the", 1}, {"a", 3}, {"caf\xc3\xa9", 2}}));
  expect_splits(datasets::boston_housing::load_data(folder), "boston");
  expect_splits(datasets::california_housing::load_data(folder, {.version = "small", .test_split = 0.1, .seed = 5}),
                "california");
}

TEST(KerasData, DamagedFilesAreErrors) {
  const TemporaryFolder scratch;
  const auto damaged = [&](const std::string& name, const std::string& bytes, auto&& load) {
    write(scratch / name, bytes);
    EXPECT_THROW(load(scratch.path()), tt::ArgumentError) << name;
  };
  const auto imdb = [](const std::string& path) { datasets::imdb::load_data(path); };
  const std::string good = read(folder + "/imdb.npz");
  for (const std::size_t length : {std::size_t(0), std::size_t(21), good.size() / 2, good.size() - 1})
    damaged("imdb.npz", good.substr(0, length), imdb);
  // A byte of each member, of the directory and of its end: never a crash, and never a silent change of data.
  const auto whole = datasets::imdb::load_data(folder);
  for (std::size_t i = 0; i < good.size(); i += 7) {
    std::string changed = good;
    changed[i] = static_cast<char>(changed[i] ^ 0x11);
    write(scratch / "imdb.npz", changed);
    try {
      const auto read_back = datasets::imdb::load_data(scratch.path());
      EXPECT_EQ(read_back.train.x, whole.train.x) << i;
    } catch (const tt::ArgumentError&) {
    }
  }
  damaged("boston_housing.npz", good, [](const std::string& path) { datasets::boston_housing::load_data(path); });
  damaged("imdb_word_index.json", "{\"a\": 1", [](const std::string& path) { datasets::imdb::get_word_index(path); });
  EXPECT_THROW(datasets::mnist::load_data(scratch.path()), tt::ArgumentError);
  // Programs in a pickle are not run; nor do values that hold themselves, or are nested without end, do harm.
  std::filesystem::create_directories(scratch / "cifar-100-python");
  for (const std::string& program :
       {std::string("cos\nsystem\n(U\x04true\x85R."), std::string("]q\0h\0a.", 7), std::string("(")}) {
    write(scratch / "cifar-100-python/train", program);
    EXPECT_THROW(datasets::cifar100::load_data(scratch.path()), tt::ArgumentError) << program;
  }
  std::string nested;
  for (int i = 0; i < 100000; ++i) nested += ")";
  for (int i = 0; i < 100000; ++i) nested += "\x85";
  write(scratch / "cifar-100-python/train", nested);
  EXPECT_THROW(datasets::cifar100::load_data(scratch.path()), tt::ArgumentError);
}

TEST(KerasData, PadsAndCounts) {
  const std::vector<std::vector<std::int64_t>> lists{{1, 2, 3, 4}, {5}, {}, {6, 7}};
  expect_equal(keras::utils::pad_sequences(lists), "pad/default");
  expect_equal(keras::utils::pad_sequences(lists, {.maxlen = 3, .padding = "post", .truncating = "post", .value = 9}),
               "pad/post");
  expect_equal(keras::utils::pad_sequences(lists, {.maxlen = 2}), "pad/pre");
  EXPECT_EQ(keras::utils::pad_sequences(lists).dtype(), tt::int32);
  expect_equal(keras::utils::pad_sequences({{1, 2, 3, 4}, {5}, {}, {6, 7}}), "pad/default");
  EXPECT_EQ(keras::utils::pad_sequences({{1, 2}}).shape(), (tt::Shape{1, 2}));
  EXPECT_EQ(keras::utils::pad_sequences({{1.5, 2}}, {.dtype = tt::float32}).to_vector<float>(),
            (std::vector<float>{1.5, 2}));
  expect_equal(keras::utils::to_categorical(tt::tensor({{1}, {0}, {3}})), "categorical");
  const tt::Tensor x = tt::tensor({{3.0, 4.0}, {0.0, 0.0}, {1.0, -1.0}});
  expect_equal(keras::utils::normalize(x), "normalize");
  expect_equal(keras::utils::normalize(x, {.axis = 1, .order = 1}), "normalize/1");
  EXPECT_THROW(keras::utils::to_categorical(tt::tensor({1, 5}), 5), tt::ArgumentError);
  EXPECT_THROW(keras::utils::pad_sequences(lists, {.padding = "left"}), tt::ArgumentError);
}

TEST(KerasData, WindowsAndSplits) {
  const tt::Tensor series = tt::cast(tt::reshape(tt::arange(40), {20, 2}), tt::float32);
  auto loader = keras::utils::timeseries_dataset_from_array(
      series, tt::arange(20) * 10, 3,
      {.sequence_stride = 2, .sampling_rate = 2, .batch_size = 3, .start_index = 1, .end_index = 18});
  int number = 0;
  for (const auto& [x, y] : loader) {
    expect_equal(x, "series/x/" + std::to_string(number));
    expect_equal(y, "series/y/" + std::to_string(number++));
  }
  EXPECT_FALSE(references().contains("series/x/" + std::to_string(number)));
  const auto [left, right] = keras::utils::split_dataset(std::vector<tt::Tensor>{tt::arange(10)}, {.left_size = 0.7});
  expect_equal(left[0], "split/left");
  expect_equal(right[0], "split/right");
  const auto [a, b] = keras::utils::split_dataset(tt::data::TensorDataset(tt::arange(10), tt::arange(10)),
                                                  {.right_size = 4, .shuffle = true, .seed = 3});
  EXPECT_EQ(a.size(), 6);
  EXPECT_EQ(b.size(), 4);
  const tt::Tensor all = tt::sort(tt::concat({a.x, b.x}, 0)).values;
  EXPECT_TRUE(tt::array_equal(all, tt::arange(10)));
  EXPECT_FALSE(tt::array_equal(a.x, tt::arange(6)));
  EXPECT_THROW(keras::utils::timeseries_dataset_from_array(series, {}, 30), tt::ArgumentError);
}

TEST(KerasData, TextsInFolders) {
  const TemporaryFolder scratch;
  for (const auto& [folder, name] : {std::pair{"b", "1"}, {"b", "2"}, {"a", "1"}, {"a/inner", "3"}, {"a", "0"}}) {
    std::filesystem::create_directories(scratch / folder);
    write(scratch / folder + "/" + name + ".txt", std::string(folder) + name);
  }
  write(scratch / "a/picture.png", "no text");
  const auto all = keras::utils::text_dataset_from_directory(scratch.path(), {.shuffle = false, .verbose = false});
  EXPECT_THAT(all.texts, testing::ElementsAre("a0", "a1", "a/inner3", "b1", "b2"));
  EXPECT_EQ(all.labels.to_vector<int>(), (std::vector<int>{0, 0, 0, 1, 1}));
  EXPECT_THAT(all.class_names, testing::ElementsAre("a", "b"));
  // numpy.random.RandomState(7).shuffle of [0, 1, 2, 3, 4].
  const auto shuffled = keras::utils::text_dataset_from_directory(
      scratch.path(), {.label_mode = "binary", .max_length = 2, .seed = 7, .verbose = false});
  EXPECT_THAT(shuffled.texts, testing::ElementsAre("a0", "b1", "a/", "a1", "b2"));
  EXPECT_EQ(shuffled.labels.shape(), (tt::Shape{5, 1}));
  const auto part = keras::utils::text_dataset_from_directory(
      scratch.path(),
      {.class_names = {"b", "a"}, .shuffle = false, .validation_split = 0.4, .subset = "validation", .verbose = false});
  EXPECT_THAT(part.texts, testing::ElementsAre("a1", "a/inner3"));
  EXPECT_EQ(part.labels.to_vector<int>(), (std::vector<int>{1, 1}));
  EXPECT_THROW(keras::utils::text_dataset_from_directory(scratch / "none"), tt::ArgumentError);
  EXPECT_THROW(keras::utils::text_dataset_from_directory(scratch.path(), {.class_names = {"c"}}), tt::ArgumentError);
}

TEST(KerasData, PicturesInFolders) {
  const TemporaryFolder scratch;
  const auto put = [&](const std::string& folder, const std::string& name, const tt::Tensor& image) {
    std::filesystem::create_directories(scratch / folder);
    keras::utils::save_img(scratch / folder + "/" + name, image, {.scale = false});
  };
  // Each pixel says which picture it is of, its row and its column.
  const auto picture = [](int number, std::int64_t height, std::int64_t width) {
    const tt::Tensor rows = tt::unsqueeze(tt::arange(height), 1) + tt::zeros({1, width}, tt::int64),
                     columns = tt::arange(width) + tt::zeros({height, 1}, tt::int64);
    return tt::stack({tt::full_like(rows, number), rows, columns}, -1);
  };
  put("b", "1.png", picture(3, 4, 6));
  put("a", "0.PNG.png", picture(0, 4, 6));
  put("a/inner", "x.png", picture(2, 4, 6));
  put("a", "1.png", picture(1, 4, 6));
  put("b", "2.png", picture(4, 4, 6));
  write(scratch / "a/notes.txt", "no picture");
  try {
    static_cast<void>(keras::utils::load_img(scratch / "b/1.png"));
  } catch (const tt::UnsupportedError&) {
    GTEST_SKIP() << "built without libpng";
  }
  const auto read = [&](keras::ImageFolderOptions options) {
    options.verbose = false;
    return keras::utils::image_dataset_from_directory(scratch.path(), options);
  };
  keras::ImageFolder all = read({.batch_size = 3, .image_size = {4, 6}, .shuffle = false});
  EXPECT_THAT(all.class_names, testing::ElementsAre("a", "b"));
  EXPECT_EQ(all.file_paths.size(), 5U);
  EXPECT_TRUE(all.file_paths[2].ends_with("/a/inner/x.png")) << all.file_paths[2];
  std::vector<float> numbers;
  std::vector<int> labels;
  for (const auto& [x, y] : all) {
    EXPECT_EQ(x.dtype(), tt::float32);
    EXPECT_EQ(y.dtype(), tt::int32);
    EXPECT_EQ(tt::select(x, 0, 0)[3][5].to_vector<float>()[2], 5);
    for (const float number : tt::slice(x, -1, {0, 1}).select(1, 0).select(1, 0).flatten().to_vector<float>())
      numbers.push_back(number);
    for (const int label : y.to_vector<int>()) labels.push_back(label);
  }
  EXPECT_THAT(numbers, testing::ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(labels, testing::ElementsAre(0, 0, 0, 1, 1));

  // numpy.random.RandomState(7).shuffle of [0, 1, 2, 3, 4] is [0, 3, 2, 1, 4]; an epoch's order is the loader's.
  keras::ImageFolder shuffled = read({.label_mode = "categorical", .image_size = {2, 3}, .seed = 7});
  EXPECT_TRUE(shuffled.file_paths[1].ends_with("/b/1.png")) << shuffled.file_paths[1];
  std::vector<std::vector<float>> epochs;
  for (const int workers : {0, 3}) {
    keras::ImageFolder batches =
        read({.label_mode = "binary", .batch_size = 2, .image_size = {2, 3}, .seed = 7, .num_workers = workers});
    std::vector<float> seen;
    for (const auto& [x, y] : batches) {
      EXPECT_EQ(y.shape(), (tt::Shape{x.size(0), 1}));
      for (const float value : x.to_vector<float>()) seen.push_back(value);
    }
    epochs.push_back(seen);
  }
  EXPECT_EQ(epochs[0], epochs[1]);

  // The middle 4 x 4 of 4 x 6; and 2 x 3 between rows of zeros.
  const auto first = [&](const keras::ImageFolderOptions& options) { return read(options).dataset()[0].x; };
  EXPECT_EQ(first({.image_size = {4, 4}, .shuffle = false, .interpolation = "nearest", .crop_to_aspect_ratio = true})[2]
                .to_vector<float>(),
            (std::vector<float>{0, 2, 1, 0, 2, 2, 0, 2, 3, 0, 2, 4}));
  const tt::Tensor padded = first({.image_size = {4, 3}, .shuffle = false, .pad_to_aspect_ratio = true});
  EXPECT_EQ(padded[0].to_vector<float>(), std::vector<float>(9, 0));
  EXPECT_EQ(padded[1].to_vector<float>(), (std::vector<float>{0, 0.5, 0.5, 0, 0.5, 2.5, 0, 0.5, 4.5}));
  EXPECT_EQ(first({.color_mode = "rgba", .data_format = "channels_first"}).shape(), (tt::Shape{4, 256, 256}));
  EXPECT_EQ(first({.color_mode = "grayscale", .image_size = 5}).shape(), (tt::Shape{5, 5, 1}));
  const auto own = read({.labels = std::vector<std::int64_t>{7, 7, 9, 7, 9}, .shuffle = false});
  EXPECT_THAT(own.class_names, testing::ElementsAre("7", "9"));
  EXPECT_EQ(own.dataset()[2].y.item<int>(), 9);
  EXPECT_FALSE(read({.labels = "none"}).dataset()[0].y.defined());
  const auto part = read({.shuffle = false, .validation_split = 0.4, .subset = "validation"});
  EXPECT_EQ(part.file_paths.size(), 2U);

  const keras::Sequential model(
      {keras::layers::Input({2, 3, 3}), keras::layers::Flatten(), keras::layers::Dense(2, "softmax")});
  model.compile({.loss = "categorical_crossentropy"});
  EXPECT_EQ(model.fit(shuffled, {.epochs = 2, .verbose = 0})["loss"].size(), 2U);

  const auto error = [&](const keras::ImageFolderOptions& options) {
    return error_of<tt::ArgumentError>([&] { read(options); });
  };
  EXPECT_THAT(error({.labels = std::vector<std::int64_t>{1, 2}}),
              testing::HasSubstr("there are not as many labels as files: 2 labels, 5 files"));
  EXPECT_THAT(error({.interpolation = "bilinaer"}), testing::HasSubstr("'bilinear'"));
  EXPECT_THAT(error({.color_mode = "rbg"}), testing::HasSubstr("'rgb'"));
  EXPECT_THAT(error({.validation_split = 0.5, .subset = "both"}), testing::HasSubstr("a call for each"));
  EXPECT_THAT(error({.image_size = {0, 3}}), testing::HasSubstr("image_size is not positive: (0, 3)"));
  write(scratch / "a/1.png", "broken");
  keras::ImageFolder broken = read({.shuffle = false});
  EXPECT_THAT(error_of<tt::ArgumentError>([&] {
                for (const auto& batch : broken) static_cast<void>(batch);
              }),
              testing::HasSubstr("there is no picture: '" + (scratch / "a/1.png") + "'"));
}

// keras.preprocessing, Keras's other names; numbers of Keras 3.15.1.
TEST(KerasData, PreprocessingByItsOtherNames) {
  namespace preprocessing = keras::preprocessing;
  const auto expect_near = [](const tt::Tensor& x, const std::vector<float>& numbers) {
    EXPECT_THAT(x.to_vector<float>(), testing::Pointwise(testing::FloatNear(1e-5F), numbers));
  };
  const tt::Tensor x = tt::reshape(tt::arange(0, 30, 1, tt::float32), {6, 5, 1});
  expect_near(preprocessing::image::smart_resize(x, {2, 3}),
              {6.5833335F, 8.25F, 9.916667F, 14.083333F, 15.75F, 17.416666F});
  expect_near(preprocessing::image::smart_resize(x, {4, 2}, "nearest"), {1, 3, 11, 13, 16, 18, 26, 28});
  expect_near(preprocessing::image::smart_resize(tt::stack({x, x + 1}), 2), {4.5, 7, 17, 19.5, 5.5, 8, 18, 20.5});
  const tt::Tensor first = tt::moveaxis(x, 2, 0);
  expect_near(preprocessing::image::smart_resize(first, {4, 2}, "nearest", "channels_first"),
              {1, 3, 11, 13, 16, 18, 26, 28});
  EXPECT_THROW(preprocessing::image::smart_resize(x, {0, 2}), tt::ArgumentError);
  EXPECT_EQ(preprocessing::sequence::pad_sequences({{1, 2, 3}, {4}}, {.maxlen = 2}).to_vector<std::int32_t>(),
            (std::vector<std::int32_t>{2, 3, 0, 4}));
  const auto windows = preprocessing::timeseries_dataset_from_array(tt::arange(0, 6), {}, 3);
  EXPECT_EQ(windows.dataset().size(), 4);
  EXPECT_EQ(preprocessing::image::img_to_array(preprocessing::image::array_to_img(x * 8)).shape(), x.shape());
}

TEST(KerasData, PicturesInAndOut) {
  const TemporaryFolder scratch;
  const tt::Tensor image = tt::tensor({{{0, 10}, {20, 250}}, {{30, 40}, {50, 60}}});  // (2, 2, 2): no picture
  EXPECT_THROW(keras::utils::save_img(scratch / "x.png", image), tt::ArgumentError);
  EXPECT_THROW(keras::utils::save_img(scratch / "x.jpg", tt::zeros({2, 2, 3})), tt::ArgumentError);
  const tt::Tensor grey = tt::tensor<float>({{{0}, {1}}, {{2}, {4}}});
  keras::utils::save_img(scratch / "x.png", grey);
  try {
    EXPECT_EQ(keras::utils::load_img(scratch / "x.png", {.color_mode = "grayscale"}).to_vector<int>(),
              (std::vector<int>{0, 63, 127, 255}));
  } catch (const tt::UnsupportedError&) {
    GTEST_SKIP() << "built without libpng";
  }
  EXPECT_EQ(keras::utils::load_img(scratch / "x.png", {.target_size = {{4, 6}}, .keep_aspect_ratio = true}).shape(),
            (tt::Shape{4, 6, 3}));
  const tt::Tensor array = keras::utils::img_to_array(keras::utils::load_img(scratch / "x.png"), "channels_first");
  EXPECT_EQ(array.shape(), (tt::Shape{3, 2, 2}));
  EXPECT_EQ(array.dtype(), tt::float32);
}
