#include "triptych/keras/callbacks/tensor_board.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>

#include "api_keras/names.h"
#include "core/formats/atomic_file.h"
#include "core/formats/event_file.h"
#include "core/formats/summary.h"
#include "core/support/printable.h"
#include "triptych/core/profiler.h"
#include "triptych/keras/model.h"

namespace triptych::keras {
namespace {

constexpr const char* op = "TensorBoard";

using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// A weight as images: a vector is a row, a matrix lies, the last axis of three counts images. None for other ranks.
std::vector<Raster> images_of(const Tensor& weight) {
  std::vector<std::int64_t> sizes;
  for (const std::int64_t size : weight.shape())
    if (size != 1) sizes.push_back(size);
  if (sizes.empty() || sizes.size() > 3 || weight.numel() == 0) return {};
  const std::vector<float> values = weight.to_vector<float>();
  const std::int64_t rows = sizes[0], columns = sizes.size() > 1 ? sizes[1] : 1,
                     count = sizes.size() > 2 ? sizes[2] : 1;
  const bool turned = sizes.size() == 2 && rows > columns;
  const std::int64_t height = turned ? columns : rows, width = turned ? rows : columns;
  std::vector<Raster> images(static_cast<std::size_t>(std::min<std::int64_t>(count, 3)));
  for (std::size_t i = 0; i < images.size(); ++i) {
    images[i] = {height, width, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(height * width))};
    for (std::int64_t y = 0; y < height; ++y)
      for (std::int64_t x = 0; x < width; ++x) {
        const std::int64_t place =
            ((turned ? x * columns + y : y * columns + x) * count) + static_cast<std::int64_t>(i);
        const float value = values[static_cast<std::size_t>(place)] * 255.5F;
        images[i].pixels[static_cast<std::size_t>(y * width + x)] =
            value > 0 ? static_cast<std::uint8_t>(std::min(value, 255.0F)) : std::uint8_t{0};
      }
  }
  return images;
}

/// A string of protobuf's text format.
std::string proto_text(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (byte < 0x20 || byte >= 0x7f) {
      for (const int shift : {6, 3, 0}) result += (shift == 6 ? "\\" : "") + std::to_string(byte >> shift & 7);
    } else {
      result += c;
    }
  }
  return result + "\"";
}

class TensorBoard : public CallbackBase {
 public:
  TensorBoard(std::string log_dir, TensorBoardOptions options, Location where)
      : log_dir_(std::move(log_dir)), options_(options), where_(where) {}

  void on_train_begin(Logs&) override {
    train_.reset();
    validation_.reset();
    batches_ = 0;
    last_batch_ = -1;
    profile_.reset();
    if (options_.embeddings_freq > 0) write_projector_config();
    if (!options_.write_graph) return;
    const std::string name = model().base().class_name();
    if (name == "Functional" || name == "Sequential")
      write(train(), keras_model_summary("keras", model().to_json(where_)), 0);
  }

  void on_epoch_begin(int, Logs&) override {
    epoch_begin_ = Clock::now();
    steps_before_ = model().optimizer().iterations();
    last_batch_ = -1;
  }

  void on_train_batch_begin(std::int64_t, Logs&) override {
    batch_begin_ = Clock::now();
    const auto [first, last] = options_.profile_batch;
    if (first > 0 && !profile_ && batches_ + 1 >= first && batches_ < last)
      profile_.emplace(
          profiler::ProfileOptions{.on_trace_ready = profiler::tensorboard_trace_handler(path("train"), "", where_)},
          where_);
  }

  void on_train_batch_end(std::int64_t batch, Logs& logs) override {
    const std::int64_t steps = batch - last_batch_;  // several in one execution
    last_batch_ = batch;
    batches_ += steps;
    if (profile_ && batches_ >= options_.profile_batch.last) end_profile();
    if (options_.update_freq.batches() == 0 || batches_ % options_.update_freq.batches() != 0) return;
    if (options_.write_steps_per_second)
      write_scalar(train(), "batch_steps_per_second", static_cast<double>(steps) / since(batch_begin_), batches_);
    for (const auto& [name, value] : logs) write_scalar(train(), "batch_" + name, value, batches_);
  }

  void on_epoch_end(int epoch, Logs& logs) override {
    if (!logs.empty()) {
      for (const auto& [name, value] : logs)
        if (name.starts_with("val_"))
          write_scalar(validation(), "epoch_" + name.substr(4), value, epoch);
        else
          write_scalar(train(), "epoch_" + name, value, epoch);
      write_scalar(train(), "epoch_learning_rate", model().optimizer().learning_rate(), epoch);
      if (options_.write_steps_per_second) {
        const std::int64_t steps = model().optimizer().iterations() - steps_before_;
        write_scalar(train(), "epoch_steps_per_second", static_cast<double>(steps) / since(epoch_begin_), epoch);
      }
    }
    if (options_.histogram_freq > 0 && epoch % options_.histogram_freq == 0) write_weights(epoch);
    if (options_.embeddings_freq > 0 && epoch % options_.embeddings_freq == 0) {
      make_folder("train");
      model().save_weights(path("train/keras_embedding.ckpt-" + std::to_string(epoch) + ".weights.h5"), {}, where_);
    }
    for (std::optional<EventFile>* file : {&train_, &validation_})
      if (*file) (*file)->flush({op, where_});
  }

  void on_test_end(Logs& logs) override {
    if (logs.empty()) return;
    const std::int64_t step = model().optimizer().iterations();
    for (const auto& [name, value] : logs)
      write_scalar(validation(), "evaluation_" + name + "_vs_iterations", value, step);
    validation().flush({op, where_});
  }

  void on_train_end(Logs&) override {
    if (profile_) end_profile();
    for (std::optional<EventFile>* file : {&train_, &validation_}) {
      if (*file) (*file)->flush({op, where_});
      file->reset();
    }
  }

 private:
  // Files are made when there is something to write.
  EventFile& train() { return file(train_, "train"); }
  EventFile& validation() { return file(validation_, "validation"); }
  EventFile& file(std::optional<EventFile>& file, const char* folder) {
    if (!file) file.emplace(path(folder), EventFileOptions{.filename_suffix = ".v2"}, FileContext{op, where_});
    return *file;
  }
  std::string path(const std::string& name) const { return (std::filesystem::path(log_dir_) / name).string(); }
  /// If it cannot be made, writing a file says so.
  void make_folder(const std::string& name) const {
    std::error_code error;
    std::filesystem::create_directories(path(name), error);
  }

  void end_profile() {
    profile_->stop(where_);
    profile_.reset();
  }

  /// What tells the Projector of embeddings, with the name that Keras gives each.
  void write_projector_config() {
    std::map<std::string, std::string> files = options_.embeddings_metadata.files;
    std::string text;
    std::vector<std::string> names;
    for (const Layer& layer : model().base().layers()) {
      const std::string name = layer.base().class_name();
      if (name != "Embedding" && name != "ReversibleEmbedding") continue;
      names.push_back(layer.name());
      text += "embeddings {\n  tensor_name: \"layer_with_weights-0/embeddings/.ATTRIBUTES/VARIABLE_VALUE\"\n";
      std::string metadata = options_.embeddings_metadata.file;
      if (const auto found = files.extract(layer.name())) metadata = found.mapped();
      if (!metadata.empty()) text += "  metadata_path: " + proto_text(metadata) + "\n";
      text += "}\n";
    }
    if (!files.empty())
      throw ArgumentError(op, "embeddings_metadata names no Embedding layer of the model",
                          "'" + printable(files.begin()->first) + "'",
                          names.empty() ? "The model has none" : "It has " + quoted_list(names), where_);
    make_folder("");
    AtomicFile file(path("projector_config.pbtxt"), {op, where_});
    file.write(text);
    file.commit();
  }

  void write(EventFile& file, const std::string& summary, std::int64_t step) {
    file.add_summary(summary, {step, {}}, {op, where_});
  }
  void write_scalar(EventFile& file, const std::string& name, double value, std::int64_t step) {
    write(file, scalar_tensor_summary(name, value), step);
  }

  void write_weights(int epoch) {
    for (const Layer& layer : model().base().layers())
      for (const Weight& weight : layer.base().weights()) {
        const std::string name = layer.base().name() + "/" + weight.name;
        const std::vector<double> values = weight.value.to_vector<double>();
        for (const double value : values)
          if (!std::isfinite(value))
            throw ArgumentError(op, "a weight is not finite",
                                "'" + name + "' has a " + (std::isnan(value) ? "NaN" : "infinity"),
                                "TerminateOnNaN() ends training before", where_);
        write(train(), histogram_tensor_summary(name + "/histogram", values), epoch);
        if (!options_.write_images) continue;
        if (const std::vector<Raster> images = images_of(weight.value); !images.empty())
          write(train(), image_tensor_summary(name + "/image", images, {op, where_}), epoch);
      }
  }

  std::string log_dir_;
  TensorBoardOptions options_;
  Location where_;
  std::optional<EventFile> train_, validation_;
  std::optional<profiler::Profile> profile_;
  Clock::time_point epoch_begin_, batch_begin_;
  std::int64_t steps_before_ = 0, batches_ = 0, last_batch_ = -1;
};

}  // namespace

UpdateFrequency::UpdateFrequency(Text text, Location where) {
  if (text == "batch")
    batches_ = 1;
  else if (text != "epoch")
    throw ArgumentError(op, "there is no such update_freq", "'" + std::string(text) + "'",
                        "It is 'epoch', 'batch' or a number of batches", where);
}

UpdateFrequency::UpdateFrequency(Batches batches, Location where) : batches_(batches.count) {
  if (batches_ < 1)
    throw ArgumentError(op, "update_freq is below 1", std::to_string(batches_), "'epoch' writes no batches", where);
}

Callback callbacks::TensorBoard(OwnedText log_dir, TensorBoardOptions options, Location where) {
  if (log_dir.empty()) throw ArgumentError(op, "log_dir is empty", "''", "", where);
  if (options.histogram_freq < 0)
    throw ArgumentError(op, "histogram_freq is negative", std::to_string(options.histogram_freq), "", where);
  if (options.embeddings_freq < 0)
    throw ArgumentError(op, "embeddings_freq is negative", std::to_string(options.embeddings_freq), "", where);
  if (const auto [first, last] = options.profile_batch; first < 0 || last < first || (first == 0 && last != 0))
    throw ArgumentError(op, "profile_batch is no range of batches",
                        std::to_string(first) + " to " + std::to_string(last),
                        "Batches are counted from 1; 0 profiles none", where);
  return Callback(std::make_shared<keras::TensorBoard>(std::move(log_dir), options, where));
}

}  // namespace triptych::keras
