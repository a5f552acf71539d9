// What is printed, character by character as Keras 3 prints it: summary(), the progress bar, and labels of plot_model.
// Other pictures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <sstream>

#include "api_keras/callbacks/progbar.h"
#include "files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using namespace keras::layers;

TEST(KerasText, SummariesAreKeras) {
  keras::utils::clear_session();
  std::string text;
  keras::Sequential digits({Input({28, 28, 1}), Conv2D(8, 3, {.padding = "same", .activation = "relu"}),
                            MaxPooling2D(2), Flatten(), BatchNormalization(), Dropout(0.5), Dense(10)});
  text += digits.summary_text();
  digits.compile({.optimizer = "adam", .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true})});
  digits.fit(tt::zeros({8, 28, 28, 1}), tt::zeros({8}, tt::int64), {.verbose = 0});
  text += digits.summary_text();
  auto a = Input({4}), b = Input({3}, {.name = "jj"});
  auto left = Dense(5)(a), right = Dense(5)(b);
  auto joined = Concatenate()({Add()({left, right}), left});
  keras::Sequential inner({Dense(2)});
  keras::Model model({a, b}, inner(joined));
  text += model.summary_text();
  text += model.summary_text({.expand_nested = true});
  auto shared = Dense(2, {.name = "shared"});
  text += keras::Model({a, b}, {shared(left), shared(right)}).summary_text();
  text += keras::Sequential({Dense(3)}).summary_text();
  auto x = Input({4}), y = Dense(2)(Dense(3)(x));
  text += keras::Model(x, y).summary_text();
  text += keras::Model(x, y * 2 + 1).summary_text();
  auto twice = Dense(4);
  text += keras::Model(x, twice(twice(x))).summary_text();
  a = Input({4}), b = Input({4});
  y = a + b;
  y = tt::pow((y * 2 - a) / 3, 3);
  y = tt::exp(tt::relu(-y));
  y = tt::concat({tt::abs(y), tt::maximum(a, b)}, -1);
  text += keras::Model({a, b}, tt::sum(tt::sqrt(y), {1})).summary_text();
  EXPECT_EQ(text, read_file(TRIPTYCH_SOURCE_DIR "/tests/references/keras_summary.txt"));
}

TEST(KerasText, SummariesWithOptionsAreKeras) {
  keras::utils::clear_session();
  std::string text;
  const auto a = Input({4}), b = Input({3}, {.name = "jj"});
  const auto first = Dense(5, {.name = "first"});
  first.set_trainable(false);
  const auto left = first(a), right = Dense(5, {.name = "second"})(b);
  const keras::Sequential inner({Dense(2), BatchNormalization()}, {.name = "inner"});
  const keras::Model model({a, b}, inner(tt::relu(Add()({left, right}))));
  const keras::SummaryOptions options[] = {{.show_trainable = true},
                                           {.expand_nested = true, .show_trainable = true},
                                           {.line_length = 70},
                                           {.line_length = 76, .positions = {0.4, 0.6, 0.75, 1.0}},
                                           {.layer_range = {"fir", "add"}},
                                           {.layer_range = {"inner", "second"}}};
  for (const keras::SummaryOptions& option : options) text += model.summary_text(option);
  text += keras::Sequential({Input({4}), Dense(3), Dense(2)}).summary_text({.show_trainable = true});
  EXPECT_EQ(text, read_file(TRIPTYCH_SOURCE_DIR "/tests/references/keras_summary_options.txt"));
  std::string given;
  model.summary({.print_fn = [&](const std::string& line) { given += line; }});
  EXPECT_EQ(given, model.summary_text());
  EXPECT_THROW(model.summary_text({.layer_range = {"no such", "add"}}), tt::ArgumentError);
  EXPECT_THROW(model.summary_text({.layer_range = {"("}}), tt::ArgumentError);
  EXPECT_THROW(model.summary_text({.positions = {0.5, 0.52, 0.7, 1.0}}), tt::ArgumentError);
}

TEST(KerasText, SummariesOfManyKindsOfLayersAreKeras) {
  keras::utils::clear_session();
  std::string text;
  text += keras::Sequential(
              {Input({20}, {.dtype = tt::int32}), Embedding(100, 8, {.mask_zero = true}), LSTM(4), Dense(1, "sigmoid")})
              .summary_text();
  const auto x = Input({7, 3}, {.name = "series"});
  text += keras::Model(x, LSTM(2, {.return_state = true}).call(x), {.name = "states"}).summary_text();
  text +=
      keras::Sequential({Input({-1, 5}), Bidirectional(GRU(3, {.return_sequences = true})), TimeDistributed(Dense(2))})
          .summary_text();
  auto y = MultiHeadAttention(2, 3)({x, x});
  text += keras::Model(x, LayerNormalization()(Add()({x, y}))).summary_text();
  text += keras::Sequential({Input({30, 4}), Conv1D(6, 3, {.strides = 2, .activation = "relu"}), MaxPooling1D(2),
                             GlobalAveragePooling1D(), Dense(1000), Dense(1100)},
                            {.name = "of_a_series"})
              .summary_text();
  const auto image = Input({16, 16, 3}, {.name = "a_very_long_name_of_an_input_layer"});
  y = SeparableConv2D(8, 3, {.padding = "same", .name = "a_separable_convolution_of_three_by_three"})(image);
  y = BatchNormalization({.trainable = false})(y);
  const auto shortcut = Conv2D(8, 1)(image);
  const keras::Model features(image, Activation("relu")(add({y, shortcut})), {.name = "features"});
  text += features.summary_text();
  const keras::Sequential deeper(
      {Input({16, 16, 3}), RandomFlip(), Rescaling(1.0 / 255), features, GlobalMaxPooling2D(), Dropout(0.5)},
      {.name = "deeper"});
  text += deeper.summary_text({.expand_nested = true, .show_trainable = true});
  const auto one = Input({16, 16, 3}), two = Input({16, 16, 3});
  const auto left = deeper(one), right = deeper(two);
  const auto far = Dense(1, {.name = "far"})(left - right),
             kind = Dense(3, {.activation = "softmax", .name = "kind"})(concatenate({left, right}));
  text += keras::Model({one, two}, {far, kind}, {.name = "siamese"}).summary_text({.expand_nested = true});
  text += keras::Sequential({Input({4, 8, 8, 1}), ConvLSTM2D(2, 3, {.return_sequences = true}), Conv3D(2, {2, 3, 3}),
                             Flatten(), Reshape({32, 3})})
              .summary_text();
  text += keras::Sequential({Input({6}), Normalization(), Dense(3), PReLU()}).summary_text();
  EXPECT_EQ(text, read_file(TRIPTYCH_SOURCE_DIR "/tests/references/keras_summary_more.txt"));
}

// keras.utils.Progbar, where standard output is no terminal: the last state.
TEST(KerasText, ProgressBarOfLoopsOfOnesOwn) {
  keras::utils::Progbar bar(4, {.width = 8, .stateful_metrics = {"acc"}, .unit_name = "game"});
  testing::internal::CaptureStdout();
  for (int i = 1; i <= 4; ++i) bar.update(i, {{"loss", i}, {"acc", i / 4.0}});
  EXPECT_THAT(testing::internal::GetCapturedStdout(),
              testing::MatchesRegex("4/4 ━━━━━━━━ 0s .*s/game - loss: 4.0000 - acc: 1.0000\n"));
  keras::utils::Progbar unknown(0, {.verbose = 2});
  unknown.add(3, {{"loss", 2}});
  unknown.update(5, {{"loss", 4}}, false);
  EXPECT_EQ(keras::bar_text({.current = 5, .target = 0, .elapsed = 2, .per_step = 0.4}, {}, false),
            "      5/Unknown 2s 400ms/step");
  EXPECT_THROW(bar.update(-1), tt::ArgumentError);
  EXPECT_THROW(keras::utils::Progbar(-1), tt::ArgumentError);
  keras::utils::Progbar far(0, {.verbose = 0});
  far.update(INT64_MAX);
  EXPECT_THROW(far.add(1), tt::ArgumentError);
}

TEST(KerasText, ProgressBarIsKeras) {
  keras::Logs logs;
  logs.set("accuracy", 0.15625);
  logs.set("loss", 3.10658);
  EXPECT_EQ(keras::bar_text({.current = 1, .target = 3, .elapsed = 1.6, .per_step = 1.6}, logs, true),
            "\x1b[1m1/3\x1b[0m \x1b[32m━━━━━━\x1b[0m\x1b[37m━━━━━━━━━━━━━━\x1b[0m \x1b[1m3s\x1b[0m 2s/step - accuracy: "
            "0.1562 - "
            "loss: 3.1066");
  EXPECT_EQ(keras::bar_text({.current = 7, .target = 7, .elapsed = 0.1, .per_step = 0.008, .finished = true}, {}, true),
            "\x1b[1m7/7\x1b[0m \x1b[32m━━━━━━━━━━━━━━━━━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m0s\x1b[0m 8ms/step");
  EXPECT_EQ(keras::bar_text({.current = 9, .target = 120, .per_step = 1}, {}, false),
            "  9/120 ━━━━━━━━━━━━━━━━━━━━ 1:51 1s/step");
}

TEST(KerasText, LineOfVerboseTwoIsKeras) {
  keras::Logs logs;
  for (const auto& [name, value] :
       {std::pair{"accuracy", 0.18888}, {"loss", 2.66422}, {"val_accuracy", 0.1}, {"val_loss", 1e-5}})
    logs.set(name, value);
  EXPECT_EQ(keras::line_text({.current = 3, .target = 3, .elapsed = 0.16, .per_step = 0.0531}, logs),
            "3/3 - 0s - 53ms/step - accuracy: 0.1889 - loss: 2.6642 - val_accuracy: 0.1000 - val_loss: 1.0000e-05");
}

TEST(KerasText, AFileGetsOneLineForEachEpoch) {
  keras::utils::set_random_seed(1);
  keras::Sequential model({Input({2}), Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  testing::internal::CaptureStdout();
  model.fit(tt::ones({4, 2}), tt::zeros({4, 1}), {.batch_size = 2, .epochs = 2});
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
  EXPECT_EQ(text.find('\r'), std::string::npos) << text;
  EXPECT_EQ(text.find("Epoch 1/2\n2/2 ━━━━━━━━━━━━━━━━━━━━ 0s"), 0U) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
}

TEST(KerasText, OneEpochHasNoHeading) {
  keras::Sequential model({Input({2}), Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  testing::internal::CaptureStdout();
  model.fit(tt::ones({4, 2}), tt::zeros({4, 1}), {.batch_size = 2});
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_EQ(text.find("2/2 ━━━━━━━━━━━━━━━━━━━━ 0s"), 0U) << text;
}

namespace {

struct Net : keras::ModelBase {
  keras::Layer conv = Conv2D(2, 3), pool = MaxPooling2D(2), norm = BatchNormalization(), relu = Activation("relu"),
               mean = GlobalAveragePooling2D(), flat = Flatten(), drop = Dropout(0.5), joined = Concatenate();
  keras::Sequential head{Dense(3)};
  tt::Tensor call(const tt::Tensor& image, bool) override {
    const tt::Tensor x = flat(mean(relu(norm(pool(conv(image))))));
    return head(joined({drop(x), x}));
  }
};

}  // namespace

TEST(KerasText, SummariesOfModelsOfOnesOwnAreKeras) {
  const std::string expected = read_file(TRIPTYCH_SOURCE_DIR "/tests/references/keras_summary_subclassed.txt");
  for (const std::string how : {"called", "graph", "eager"}) {
    keras::utils::clear_session();
    const keras::Model net = keras::model<Net>();
    if (how != "called") net.compile({.engine = how});
    const auto run = [&](std::int64_t images) {
      const tt::Tensor x = tt::zeros({images, 8, 8, 1});
      if (how == "called")
        net(x);
      else
        net.predict(x, {.verbose = 0});
    };
    std::string text = net.summary_text();
    run(2);
    text += net.summary_text();
    run(3);
    text += net.summary_text();
    const tt::Tensor a = Input({4}), unused = Input({3});
    const auto last = Dense(2), first = Dense(2);
    text += keras::Model({unused, a}, last(first(a))).summary_text();
    EXPECT_EQ(text, expected) << how;
  }
}

// dropout gives a mask too, which is nobody's concern.
TEST(KerasText, OutputsThatNobodyReadsAreNotShown) {
  keras::utils::clear_session();
  const tt::Tensor x = Input({4});
  const std::string text = keras::Model(x, tt::relu(tt::dropout(x, {.p = 0.5, .training = true}))).summary_text();
  EXPECT_NE(text.find("│ dropout (Dropout)               │ (None, 4)              │"), std::string::npos) << text;
}

// Keras 3.15: model_checkpoint.py.
TEST(KerasText, LinesOfAModelCheckpointAreKeras) {
  const TemporaryFolder folder;
  const std::string path = folder / "new folder/best";
  keras::Sequential model({Input({2}), Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const auto scripted = keras::callbacks::LambdaCallback({.on_epoch_end = [](int epoch, keras::Logs& logs) {
    logs.set("score", std::vector<double>{2, 1, 3}[static_cast<std::size_t>(epoch)]);
  }});
  const auto text_of = [&](keras::ModelCheckpointOptions options, int epochs) {
    testing::internal::CaptureStdout();
    model.fit(
        tt::ones({4, 2}), tt::zeros({4, 1}),
        {.epochs = epochs, .verbose = 0, .callbacks = {scripted, keras::callbacks::ModelCheckpoint(path, options)}});
    return testing::internal::GetCapturedStdout();
  };
  EXPECT_EQ(text_of({.monitor = "score", .verbose = 1, .save_best_only = true, .mode = "min"}, 3),
            "\nEpoch 1: score improved from None to 2.00000, saving model to " + path +
                "\n\nEpoch 1: finished saving model to " + path +
                "\n\nEpoch 2: score improved from 2.00000 to 1.00000, saving model to " + path +
                "\n\nEpoch 2: finished saving model to " + path + "\n\nEpoch 3: score did not improve from 1.00000\n");
  EXPECT_EQ(text_of({.verbose = 1}, 1),
            "\nEpoch 1: saving model to " + path + "\n\nEpoch 1: finished saving model to " + path + "\n");
  EXPECT_EQ(text_of({}, 1), "");
}

// --- Pictures -------------------------------------------------------------------------------------------------------

namespace {

/// Boxes, frames and arrows of a DOT text, as make_references_keras_plot.py lists them; arrows are sorted.
std::string parts_of_dot(const std::string& dot) {
  std::istringstream lines(dot);
  std::string text;
  std::map<std::string, std::size_t> numbers;
  std::vector<std::pair<std::size_t, std::size_t>> all;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string first, second, third;
    words >> first >> second >> third;
    if (const auto label = line.find("label=<"); label != std::string::npos) {
      text += "box " + line.substr(label + 6, line.find(", fontname") - label - 6) + "\n";
      numbers.emplace(first, numbers.size());
    } else if (const auto frame = line.find("label=\""); frame != std::string::npos) {
      text += "frame " + line.substr(frame + 7, line.rfind('"') - frame - 7) + "\n";
    } else if (second == "->") {
      all.emplace_back(numbers.at(first), numbers.at(third));
    }
  }
  std::sort(all.begin(), all.end());
  for (const auto& [from, to] : all) text += "arrow " + std::to_string(from) + " " + std::to_string(to) + "\n";
  return text;
}

/// The part of Keras's drawings below a title, its arrows last and sorted.
std::string kerass_drawing(const std::string& title) {
  const std::string all = read_file(TRIPTYCH_SOURCE_DIR "/tests/references/keras_plot.txt"),
                    heading = "== " + title + "\n";
  const std::size_t start = all.find(heading) + heading.size();
  std::istringstream lines(all.substr(start, all.find("== ", start) - start));
  std::string text;
  std::vector<std::pair<int, int>> arrows;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("arrow ")) {
      text += line + "\n";
      continue;
    }
    std::istringstream words(line.substr(6));
    auto& [from, to] = arrows.emplace_back();
    words >> from >> to;
  }
  std::sort(arrows.begin(), arrows.end());
  for (const auto& [from, to] : arrows) text += "arrow " + std::to_string(from) + " " + std::to_string(to) + "\n";
  return text;
}

}  // namespace

TEST(KerasText, DrawingsOfModelsAreKeras) {
  const TemporaryFolder folder;
  keras::utils::clear_session();
  const auto drawn = [&](const keras::Model& model, const keras::PlotModelOptions& options) {
    keras::utils::plot_model(model, folder / "model.dot", options);
    keras::utils::plot_model(model, folder / "model.svg", options);
    EXPECT_TRUE(read_file(folder / "model.svg").ends_with("</svg>\n"));
    return parts_of_dot(read_file(folder / "model.dot"));
  };
  const keras::PlotModelOptions everything{.show_shapes = true,
                                           .show_dtype = true,
                                           .show_layer_names = true,
                                           .show_layer_activations = true,
                                           .show_trainable = true};
  const keras::Layer norm = BatchNormalization();
  norm.set_trainable(false);
  const keras::Sequential digits({Input({28, 28, 1}), Conv2D(8, 3, {.activation = "relu"}), norm, Flatten(),
                                  Dense(10, {.dtype = "mixed_float16"})},
                                 {.name = "digits"});
  EXPECT_EQ(drawn(digits, {}), kerass_drawing("names"));
  EXPECT_EQ(drawn(digits, everything), kerass_drawing("everything"));

  const tt::Tensor a = Input({4}, {.name = "a"}), b = Input({4}, {.name = "b"}), x = Input({2}, {.name = "x"});
  const keras::Sequential inner({Dense(3, {.name = "first"}), Dense(2, {.activation = "tanh", .name = "second"})},
                                {.name = "inner"});
  const keras::Model deep(x, {Dense(2, {.name = "one"})(x), Dense(3, {.name = "two"})(x)}, {.name = "deep"});
  const auto both = deep.call(inner(Add({.name = "add"})({a, b})));
  const keras::Layer shared = Dense(2, {.name = "shared"});
  const keras::Model model({a, b}, {Concatenate({.name = "join"})({both[0], both[1]}), shared(shared(both[0])) * 2.0},
                           {.name = "whole"});
  EXPECT_EQ(drawn(model, {.show_shapes = true, .show_layer_names = true}), kerass_drawing("nested"));
  keras::PlotModelOptions expanded = everything;
  expanded.expand_nested = true;
  EXPECT_EQ(drawn(model, expanded), kerass_drawing("expanded"));
  expanded.rankdir = "LR";
  drawn(model, expanded);
  // In SVG the texts are the same, and names are not markup.
  const std::string svg = read_file(folder / "model.svg");
  for (const char* text : {">first</tspan> (Dense)<", "Activation: <tspan font-weight=\"bold\">tanh<",
                           "Output shape: <tspan font-weight=\"bold\">(None, 3)<", ">Trainable<", ">deep<"})
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  drawn(keras::Sequential({Input({1}), Dense(1, {.name = "<&>"})}), {.show_layer_names = true});
  EXPECT_NE(read_file(folder / "model.svg").find("&lt;&amp;&gt;"), std::string::npos);

  const auto error = [&](const keras::Model& one, const char* file, const keras::PlotModelOptions& options) {
    return error_of<tt::Error>([&] { keras::utils::plot_model(one, folder / file, options); });
  };
  EXPECT_NE(error(model, "model.png", {}).find("[plot_model] there is no such kind of picture: '"), std::string::npos);
  EXPECT_NE(error(model, "model.svg", {.rankdir = "BT"}).find("[plot_model] there is no such rankdir: 'BT'"),
            std::string::npos);
  EXPECT_NE(error(keras::Sequential({Dense(1)}), "model.svg", {}).find("[plot_model] the model is not built: model '"),
            std::string::npos);
}

TEST(KerasText, DrawingsOfHistories) {
  const TemporaryFolder folder;
  keras::History history;
  for (int epoch = 0; epoch < 4; ++epoch) {
    keras::Logs logs;
    logs.set("loss", epoch == 2 ? std::nan("") : 1.0 / (1 + epoch));
    logs.set("accuracy", 0.25 * epoch);
    if (epoch % 2 == 1) logs.set("val_loss", 2.0 / (1 + epoch));
    history.append(epoch, logs);
  }
  keras::utils::plot_history(history, folder / "history.svg");
  const std::string svg = read_file(folder / "history.svg");
  const auto count = [&](const std::string& text) {
    int found = 0;
    for (auto at = svg.find(text); at != std::string::npos; at = svg.find(text, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count(">loss<") + count(">accuracy<"), 2);
  EXPECT_EQ(count(">validation<"), 1);
  EXPECT_EQ(count("<circle"), 3 + 4 + 2);
  EXPECT_EQ(count("<title>1: 1</title>") + count("<title>3: 0.5</title>") + count("<title>3: 0.75</title>"), 3);
  EXPECT_NE(error_of<tt::ArgumentError>([&] {
              keras::utils::plot_history({}, folder / "none.svg");
            }).find("[plot_history] the history has no epoch"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder / "none.svg"));
}

namespace {

/// Width, height and pixels (three bytes each) of a PNG file of ours, whose rows are differences to the left or above.
struct Pixels {
  std::size_t width = 0, height = 0;
  std::vector<unsigned char> bytes;
  std::vector<int> at(std::size_t y, std::size_t x) const {
    const auto* pixel = bytes.data() + (y * width + x) * 3;
    return {pixel[0], pixel[1], pixel[2]};
  }
};

Pixels read_png(const std::string& path) {
  const std::string file = read_file(path);
  const auto number = [&](std::size_t at) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(file[at + i]);
    return value;
  };
  Pixels pixels{number(16), number(20), {}};
  std::string rows((pixels.width * 3 + 1) * pixels.height, '\0');
  uLongf size = rows.size();
  EXPECT_EQ(::uncompress(reinterpret_cast<Bytef*>(rows.data()), &size, reinterpret_cast<const Bytef*>(file.data() + 41),
                         static_cast<uLong>(number(33))),
            Z_OK);
  const std::size_t stride = pixels.width * 3;
  for (std::size_t y = 0; y < pixels.height; ++y)
    for (std::size_t i = 0; i < stride; ++i) {
      const bool is_up = rows[y * (stride + 1)] == 2;
      const std::size_t here = y * stride + i;
      const unsigned char before =
          is_up ? (y == 0 ? 0 : pixels.bytes[here - stride]) : (i < 3 ? 0 : pixels.bytes[here - 3]);
      pixels.bytes.push_back(static_cast<unsigned char>(before + rows[y * (stride + 1) + 1 + i]));
    }
  return pixels;
}

}  // namespace

TEST(KerasText, PicturesOfFiltersAndAttention) {
  using testing::ElementsAre;
  const TemporaryFolder folder;
  const keras::Layer grey = Conv2D(2, {1, 2}, {.use_bias = false}), coloured = Conv2D(1, 1, {.use_bias = false}),
                     line = Conv1D(1, 3);
  grey(tt::ones({1, 4, 4, 2}));
  grey.set_weights({tt::reshape(tt::tensor<float>({0, 2, 1, 2, 4, 6, 1, 3}), {1, 2, 2, 2})});
  keras::visualize::filters(grey, folder / "filters.png", {.scale = 3, .padding = 1});
  // A row for each filter, its channels beside one another: filter 0 is {0, 4} and {1, 1}, filter 1 {2, 6} and {2, 3}.
  Pixels picture = read_png(folder / "filters.png");
  EXPECT_EQ(picture.width, 2U * (2 * 3 + 1) + 1);
  EXPECT_EQ(picture.height, 2U * (3 + 1) + 1);
  EXPECT_THAT(picture.at(0, 0), ElementsAre(255, 255, 255));
  EXPECT_THAT(picture.at(1, 1), ElementsAre(0, 0, 0));
  EXPECT_THAT(picture.at(3, 6), ElementsAre(255, 255, 255));
  EXPECT_THAT(picture.at(1, 8), ElementsAre(128, 128, 128));
  EXPECT_THAT(picture.at(5, 8), ElementsAre(0, 0, 0));
  coloured(tt::ones({1, 4, 4, 3}));
  coloured.set_weights({tt::reshape(tt::tensor<float>({-1, 1, 0}), {1, 1, 3, 1})});
  keras::visualize::filters(coloured, folder / "filters.png", {.scale = 1, .padding = 0});
  picture = read_png(folder / "filters.png");
  EXPECT_THAT(picture.at(0, 0), ElementsAre(0, 255, 128));
  line(tt::ones({1, 5, 2}));
  keras::visualize::filters(line, folder / "filters.png", {.scale = 1, .padding = 0});
  EXPECT_EQ(read_png(folder / "filters.png").width, 3U);

  const tt::Tensor scores = tt::reshape(tt::tensor<float>({0, 0.5, 1, 0, std::nanf(""), 0}), {1, 2, 1, 3});
  keras::visualize::attention(scores, folder / "attention.png", {.scale = 2, .padding = 1});
  picture = read_png(folder / "attention.png");
  EXPECT_EQ(picture.width, 2U * (3 * 2 + 1) + 1);
  EXPECT_THAT(picture.at(1, 1), ElementsAre(255, 255, 255));
  EXPECT_THAT(picture.at(2, 3), ElementsAre(132, 152, 181));
  EXPECT_THAT(picture.at(1, 6), ElementsAre(8, 48, 107));
  EXPECT_THAT(picture.at(1, 10), ElementsAre(255, 0, 0));

  const auto error = [](auto&& f) { return error_of<tt::ArgumentError>(f); };
  EXPECT_NE(error([&] {
              keras::visualize::filters(Flatten(), folder / "none.png");
            }).find("[filters] the layer has no kernel of one or two dimensions: layer '"),
            std::string::npos);
  EXPECT_NE(error([&] {
              keras::visualize::attention(tt::ones({3}), folder / "none.png");
            }).find("[attention] the weights are not of queries and keys: shape (3,)"),
            std::string::npos);
  EXPECT_NE(error([&] {
              keras::visualize::attention(scores, folder / "none.png", {.scale = 0});
            }).find("[attention] scale is below 1: 0"),
            std::string::npos);
}
