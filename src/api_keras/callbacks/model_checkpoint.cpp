#include "triptych/keras/callbacks/model_checkpoint.h"

#include <cctype>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <regex>
#include <string_view>

#include "api_keras/callbacks/batch_count.h"
#include "api_keras/callbacks/monitor.h"
#include "api_keras/callbacks/progbar.h"
#include "core/formats/file.h"
#include "core/support/printable.h"
#include "triptych/keras/model.h"

namespace triptych::keras {
namespace {

/// What a field of a file name asks for: a format of printf for a long long or a double; empty if it is none of them. A
/// width or precision has at most three digits, so that the text stays a name.
std::string printf_format(std::string_view format, bool is_integer) {
  static const std::regex integer("0?[0-9]{0,3}d?"), number("0?[0-9]{0,3}(\\.[0-9]{1,3})?[feg]?");
  if (!std::regex_match(format.begin(), format.end(), is_integer ? integer : number)) return {};
  const bool has_type = !format.empty() && std::isalpha(static_cast<unsigned char>(format.back())) != 0;
  if (!is_integer) return "%" + std::string(format) + (has_type ? "" : "g");
  return "%" + std::string(format.substr(0, format.size() - has_type)) + "lld";
}

template <class Number>
std::string printed(const std::string& format, Number value) {
  std::string text(static_cast<std::size_t>(std::snprintf(nullptr, 0, format.c_str(), value)), '\0');
  std::snprintf(text.data(), text.size() + 1, format.c_str(), value);
  return text;
}

/// `pattern` with {epoch:02d}, {batch}, {val_loss:.2f} and the like replaced; numbers of epochs and batches count
/// from 1. After a whole epoch there is no batch.
std::string formatted_path(const std::string& pattern, int epoch, std::optional<std::int64_t> batch, const Logs& logs,
                           Location where) {
  std::string path;
  for (std::size_t i = 0; i < pattern.size();) {
    const std::size_t open = pattern.find('{', i), close = open == std::string::npos ? open : pattern.find('}', open);
    if (close == std::string::npos) return path + pattern.substr(i);
    path += pattern.substr(i, open - i);
    std::string name = pattern.substr(open + 1, close - open - 1), format;
    if (const auto colon = name.find(':'); colon != std::string::npos) {
      format = name.substr(colon + 1);
      name.resize(colon);
    }
    const double* value = logs.find(name);
    std::optional<long long> count;
    if (name == "epoch") count = epoch + 1;
    if (name == "batch" && batch && !value) count = *batch + 1;
    format = count || value ? printf_format(format, count.has_value()) : std::string();
    if (format.empty())
      throw ArgumentError("ModelCheckpoint", "the file name holds a field that cannot be filled",
                          "'" + pattern.substr(open, close - open + 1) + "'",
                          "Use {epoch:02d} or a metric, as {val_loss:.2f}", where);
    path += count ? printed(format, *count) : printed(format, *value);
    i = close + 1;
  }
  return path;
}

std::string five_digits(double value) {
  char buffer[350];
  std::snprintf(buffer, sizeof buffer, "%.5f", value);
  return buffer;
}

class ModelCheckpoint : public CallbackBase {
 public:
  ModelCheckpoint(std::string filepath, ModelCheckpointOptions options, Location where)
      : monitor_("ModelCheckpoint", options.monitor, options.mode, 0, where),
        filepath_(std::move(filepath)),
        options_(std::move(options)),
        where_(where),
        due_(options_.save_freq.batches()) {
    if (!std::isnan(options_.initial_value_threshold)) best_ = options_.initial_value_threshold;
  }

  void on_epoch_begin(int epoch, Logs&) override { epoch_ = epoch; }
  void on_train_batch_end(std::int64_t batch, Logs& logs) override {
    if (due_.after(batch)) save_if_better(epoch_, batch, logs);
  }
  void on_epoch_end(int epoch, Logs& logs) override {
    if (options_.save_best_only && monitor_.find(logs)) monitor_.settle(model());
    if (options_.save_freq.batches() == 0) save_if_better(epoch, {}, logs);
  }

 private:
  void save_if_better(int epoch, std::optional<std::int64_t> batch, const Logs& logs) {
    const std::string path = formatted_path(filepath_, epoch, batch, logs, where_);
    const std::string prefix = "\nEpoch " + std::to_string(epoch + 1) + ": ";
    const auto say = [&](const std::string& text) {
      if (options_.verbose > 0) print(prefix + printable(text) + "\n");
    };
    // A metric that is missing saves, after a warning, as in Keras.
    if (const double* value = options_.save_best_only ? monitor_.find(logs) : nullptr) {
      monitor_.settle(model());
      const std::string from = best_ ? five_digits(*best_) : "None";
      if (!monitor_.better(*value, best_)) return say(monitor_.name() + " did not improve from " + from);
      say(monitor_.name() + " improved from " + from + " to " + five_digits(*value) + ", saving model to " + path);
      save(path);
      best_ = *value;
    } else {
      if (!options_.save_best_only) say("saving model to " + path);
      save(path);
    }
    say("finished saving model to " + path);
  }

  void save(const std::string& path) {
    check_path(path, {"ModelCheckpoint", where_});
    if (const auto folder = std::filesystem::path(path).parent_path(); !folder.empty()) {
      std::error_code failed;  // saving says it
      std::filesystem::create_directories(folder, failed);
    }
    if (options_.save_weights_only)
      model().save_weights(path, {}, where_);
    else
      model().save(path, {}, where_);
  }

  Monitor monitor_;
  std::string filepath_;
  ModelCheckpointOptions options_;
  Location where_;
  BatchCount due_;
  int epoch_ = 0;
  std::optional<double> best_;
};

}  // namespace

SaveFrequency::SaveFrequency(Text text, Location where) {
  if (text != "epoch")
    throw ArgumentError("save_freq", "there is no such frequency", "'" + std::string(text) + "'",
                        "Use 'epoch', or a number of batches", where);
}
SaveFrequency::SaveFrequency(Batches batches, Location where) : batches_(batches.count) {
  if (batches_ < 1)
    throw ArgumentError("save_freq", "the number of batches is below 1", std::to_string(batches_), "", where);
}

Callback callbacks::ModelCheckpoint(OwnedText filepath, ModelCheckpointOptions options, Location where) {
  return Callback(std::make_shared<keras::ModelCheckpoint>(std::move(filepath), std::move(options), where));
}

}  // namespace triptych::keras
