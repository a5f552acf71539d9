#include "triptych/keras/callbacks/csv_logger.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>

#include "core/formats/file.h"

namespace triptych::keras {
namespace {

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
      std::sort(names_.begin(), names_.end());
      const auto of_validation = [](const std::string& name) { return name.starts_with("val_"); };
      const std::size_t count = names_.size();
      if (std::none_of(names_.begin(), names_.end(), of_validation))
        for (std::size_t i = 0; i < count; ++i) names_.push_back("val_" + names_[i]);
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

}  // namespace

Callback callbacks::CSVLogger(OwnedText filename, CSVLoggerOptions options, Location where) {
  return Callback(std::make_shared<keras::CSVLogger>(std::move(filename), std::move(options), where));
}

}  // namespace triptych::keras
