#include "triptych/keras/callbacks.h"

#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <string_view>

#include "api_keras/callbacks/monitor.h"
#include "api_keras/callbacks/progbar.h"
#include "core/formats/file.h"
#include "core/support/printable.h"
#include "triptych/keras/model.h"

namespace triptych::keras {
namespace {

class EarlyStopping : public CallbackBase {
 public:
  EarlyStopping(EarlyStoppingOptions options, Location where)
      : monitor_("EarlyStopping", options.monitor, options.mode, options.min_delta, where),
        options_(std::move(options)) {}

  void on_train_begin(Logs&) override {
    wait_ = 0;
    stopped_epoch_ = best_epoch_ = 0;
    best_.reset();
    best_weights_.clear();
  }

  void on_epoch_end(int epoch, Logs& logs) override {
    const double* value = monitor_.find(logs);
    if (value) monitor_.settle(model());
    if (!value || epoch < options_.start_from_epoch) return;
    if (options_.restore_best_weights && best_weights_.empty()) remember(epoch);
    ++wait_;
    if (monitor_.better(*value, best_)) {
      best_ = *value;
      best_epoch_ = epoch;
      if (options_.restore_best_weights) remember(epoch);
      if (std::isnan(options_.baseline) || monitor_.better(*value, options_.baseline)) wait_ = 0;
      return;
    }
    if (wait_ >= options_.patience && epoch > 0) {
      stopped_epoch_ = epoch;
      model().stop_training();
    }
  }

  void on_train_end(Logs&) override {
    if (stopped_epoch_ > 0 && options_.verbose > 0)
      print("Epoch " + std::to_string(stopped_epoch_ + 1) + ": early stopping\n");
    if (best_weights_.empty()) return;
    if (options_.verbose > 0)
      print("Restoring model weights from the end of the best epoch: " + std::to_string(best_epoch_ + 1) + ".\n");
    model().set_weights(best_weights_);
  }

 private:
  void remember(int epoch) {
    best_weights_ = model().get_weights();
    best_epoch_ = epoch;
  }

  Monitor monitor_;
  EarlyStoppingOptions options_;
  int wait_ = 0, stopped_epoch_ = 0, best_epoch_ = 0;
  std::optional<double> best_;
  std::vector<Tensor> best_weights_;
};

/// What a field of a file name asks for: a format of printf for an int or a double; empty if it is none of them. A
/// width or precision has at most three digits, so that the text stays a name.
std::string printf_format(std::string_view format, bool is_integer) {
  static const std::regex integer("0?[0-9]{0,3}d?"), number("0?[0-9]{0,3}(\\.[0-9]{1,3})?[feg]?");
  if (!std::regex_match(format.begin(), format.end(), is_integer ? integer : number)) return {};
  const bool has_type = !format.empty() && std::isalpha(static_cast<unsigned char>(format.back())) != 0;
  return "%" + std::string(format) + (has_type ? "" : is_integer ? "d" : "g");
}

template <class Number>
std::string printed(const std::string& format, Number value) {
  std::string text(static_cast<std::size_t>(std::snprintf(nullptr, 0, format.c_str(), value)), '\0');
  std::snprintf(text.data(), text.size() + 1, format.c_str(), value);
  return text;
}

/// `pattern` with {epoch:02d}, {val_loss:.2f} and the like replaced.
std::string formatted_path(const std::string& pattern, int epoch, const Logs& logs, Location where) {
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
    const bool is_epoch = name == "epoch";
    const double* value = logs.find(name);
    format = is_epoch || value ? printf_format(format, is_epoch) : std::string();
    if (format.empty())
      throw ArgumentError("ModelCheckpoint", "the file name holds a field that cannot be filled",
                          "'" + pattern.substr(open, close - open + 1) + "'",
                          "Use {epoch:02d} or a metric, as {val_loss:.2f}", where);
    path += is_epoch ? printed(format, epoch + 1) : printed(format, *value);
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
        where_(where) {}

  void on_epoch_end(int epoch, Logs& logs) override {
    const std::string path = formatted_path(filepath_, epoch, logs, where_);
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

 private:
  void save(const std::string& path) {
    check_path(path, {"ModelCheckpoint", where_});
    if (const auto folder = std::filesystem::path(path).parent_path(); !folder.empty()) {
      std::error_code failed;  // saving says it
      std::filesystem::create_directories(folder, failed);
    }
    if (options_.save_weights_only)
      model().save_weights(path, where_);
    else
      model().save(path, where_);
  }

  Monitor monitor_;
  std::string filepath_;
  ModelCheckpointOptions options_;
  Location where_;
  std::optional<double> best_;
};

class CSVLogger : public CallbackBase {
 public:
  CSVLogger(std::string filename, CSVLoggerOptions options, Location where)
      : filename_(std::move(filename)), options_(std::move(options)), where_(where) {}

  void on_train_begin(Logs&) override {
    check_path(filename_, {"CSVLogger", where_});
    names_.clear();
    header_ = true;
    bool cut_off = false;  // a process was killed in the middle of a line
    if (std::ifstream older(filename_, std::ios::ate); options_.append && older && older.tellg() > 0) {
      header_ = false;
      older.seekg(-1, std::ios::end);
      cut_off = older.get() != '\n';
    }
    errno = 0;
    file_ =
        std::ofstream(filename_, options_.append ? std::ios::app : std::ios::trunc);  // an earlier fit may have failed
    if (!file_)
      throw ArgumentError("CSVLogger", "the file cannot be written", path_and_reason(filename_, errno), "", where_);
    if (cut_off) file_ << "\n";
  }

  void on_epoch_end(int epoch, Logs& logs) override {
    if (names_.empty()) {
      for (const auto& item : logs) names_.push_back(item.first);
      if (header_) {
        file_ << field("epoch");
        for (const std::string& name : names_) file_ << options_.separator << field(name);
        file_ << "\n";
      }
    }
    file_ << field(std::to_string(epoch));
    for (const std::string& name : names_) {
      const double* value = logs.find(name);
      char buffer[32];
      file_ << options_.separator
            << field(value ? std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, *value).ptr) : "NA");
    }
    errno = 0;
    file_ << std::endl;  // readable while training goes on
    if (!file_)
      throw UnsupportedError("CSVLogger", "a line could not be written", path_and_reason(filename_, errno),
                             "Training ends after the step that was taken", where_);
  }

  void on_train_end(Logs&) override { file_.close(); }

 private:
  /// In quotation marks if a reader would cut it otherwise, as Python's csv module writes it.
  std::string field(const std::string& text) const {
    const bool whole = text.find_first_of("\"\r\n") == std::string::npos &&
                       (options_.separator.empty() || text.find(options_.separator) == std::string::npos);
    if (whole) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
  }

  std::string filename_;
  CSVLoggerOptions options_;
  Location where_;
  bool header_ = true;
  std::ofstream file_;
  std::vector<std::string> names_;
};

class TerminateOnNaN : public CallbackBase {
 public:
  void on_train_batch_end(std::int64_t batch, Logs& logs) override {
    const double* loss = logs.find("loss");
    if (!loss || std::isfinite(*loss)) return;
    print("\nBatch " + std::to_string(batch) + ": Invalid loss, terminating training\n");
    model().stop_training();
  }
};

class LambdaCallback : public CallbackBase {
 public:
  explicit LambdaCallback(LambdaCallbackOptions options) : hooks_(std::move(options)) {}
  void on_epoch_begin(int epoch, Logs& logs) override { run(hooks_.on_epoch_begin, epoch, logs); }
  void on_epoch_end(int epoch, Logs& logs) override { run(hooks_.on_epoch_end, epoch, logs); }
  void on_train_begin(Logs& logs) override { run(hooks_.on_train_begin, logs); }
  void on_train_end(Logs& logs) override { run(hooks_.on_train_end, logs); }
  void on_train_batch_begin(std::int64_t batch, Logs& logs) override { run(hooks_.on_train_batch_begin, batch, logs); }
  void on_train_batch_end(std::int64_t batch, Logs& logs) override { run(hooks_.on_train_batch_end, batch, logs); }

 private:
  template <class Hook, class... Args>
  static void run(const Hook& hook, Args&&... args) {
    if (hook) hook(args...);
  }
  LambdaCallbackOptions hooks_;
};

}  // namespace

CallbackBase::~CallbackBase() = default;

Callback::Callback(std::shared_ptr<CallbackBase> base, Location where) : base_(std::move(base)) {
  if (!base_) throw ArgumentError("callback", "there is no callback", "a null pointer", "", where);
}

void CallbackBase::attach(const Model& model, const FitParameters& params) {
  model_ = model.shared();
  used_ = true;
  params_ = params;
}

Model CallbackBase::model(Location where) const {
  if (!used_)
    throw ArgumentError("callback", "the callback has no model yet", "model() was called before fit",
                        "It has one once it is used", where);
  const auto alive = std::dynamic_pointer_cast<ModelBase>(model_.lock());
  if (!alive)
    throw ArgumentError("callback", "the callback's model is gone", "no handle holds it any more",
                        "Keep a handle to the model", where);
  return Model::of(*alive, where);
}

namespace callbacks {

Callback EarlyStopping(EarlyStoppingOptions options, Location where) {
  if (options.patience < 0)
    throw ArgumentError("EarlyStopping", "patience is negative", std::to_string(options.patience), "", where);
  if (options.start_from_epoch < 0)
    throw ArgumentError("EarlyStopping", "start_from_epoch is negative", std::to_string(options.start_from_epoch), "",
                        where);
  return Callback(std::make_shared<keras::EarlyStopping>(std::move(options), where));
}
Callback ModelCheckpoint(OwnedText filepath, ModelCheckpointOptions options, Location where) {
  return Callback(std::make_shared<keras::ModelCheckpoint>(std::move(filepath), std::move(options), where));
}
Callback CSVLogger(OwnedText filename, CSVLoggerOptions options, Location where) {
  return Callback(std::make_shared<keras::CSVLogger>(std::move(filename), std::move(options), where));
}
Callback TerminateOnNaN() { return Callback(std::make_shared<keras::TerminateOnNaN>()); }
Callback LambdaCallback(LambdaCallbackOptions options) {
  return Callback(std::make_shared<keras::LambdaCallback>(std::move(options)));
}

}  // namespace callbacks
}  // namespace triptych::keras
