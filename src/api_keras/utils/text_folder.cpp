#include "triptych/keras/utils/text_folder.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "api_keras/datasets/files.h"
#include "api_keras/datasets/numpy_order.h"
#include "core/support/hyperparameter.h"
#include "core/support/printable.h"
#include "triptych/core/ops.h"
#include "triptych/keras/utils/arrays.h"

namespace triptych::keras::utils {
namespace {

namespace fs = std::filesystem;

class Reader {
 public:
  Reader(const std::string& directory, const TextFolderOptions& options, Location where)
      : directory_(directory), options_(options), context_{"text_dataset_from_directory", where} {}

  TextFolder read() {
    check();
    try {
      find();
    } catch (const fs::filesystem_error& error) {
      fail("the folder cannot be read", "'" + directory_ + "': " + error.code().message());
    }
    if (options_.verbose) {
      std::printf("Found %zu files", paths_.size());
      if (has_labels()) std::printf(" belonging to %zu classes", result_.class_names.size());
      std::printf(".\n");
    }
    order();
    if (paths_.empty()) fail("there is no text in the folder", "'" + directory_ + "'");
    for (const std::string& path : paths_) result_.texts.push_back(text_of(path));
    if (has_labels()) result_.labels = labels();
    result_.file_paths = std::move(paths_);
    return std::move(result_);
  }

 private:
  [[noreturn]] void fail(const std::string& wrong, const std::string& given, const char* hint = "") const {
    throw ArgumentError(context_.op, wrong, given, hint, context_.where);
  }
  bool has_labels() const { return options_.labels == "inferred" && options_.label_mode != "none"; }

  void check() const {
    check_path(directory_, context_);
    if (options_.labels != "inferred" && options_.labels != "none")
      fail("labels are neither 'inferred' nor 'none'", "'" + options_.labels + "'");
    const auto& mode = options_.label_mode;
    if (mode != "int" && mode != "categorical" && mode != "binary" && mode != "none")
      fail("there is no such label_mode", "'" + mode + "'", "Use 'int', 'categorical', 'binary' or 'none'");
    if (options_.max_length.value_or(0) < 0) fail("max_length is negative", std::to_string(*options_.max_length));
    const bool splits = options_.validation_split != 0;
    if (!(options_.validation_split >= 0 && options_.validation_split < 1))
      fail("validation_split is not from 0 to 1", number_text(options_.validation_split));
    if (splits != !options_.subset.empty())
      fail("only one of validation_split and subset is given", "'" + options_.subset + "'");
    if (splits && options_.subset != "training" && options_.subset != "validation")
      fail("there is no such subset", "'" + options_.subset + "'", "Use 'training' or 'validation'");
    checked_seed(options_.seed, context_);
  }

  void find() {
    if (!fs::is_directory(directory_)) fail("there is no such folder", "'" + directory_ + "'");
    std::vector<std::string> folders{""};
    if (options_.labels == "inferred") {
      folders.clear();
      for (const fs::directory_entry& entry : fs::directory_iterator(directory_))
        if (const std::string name = entry.path().filename().string(); entry.is_directory() && !name.starts_with('.'))
          folders.push_back(name);
      std::sort(folders.begin(), folders.end());
      for (const std::string& name : options_.class_names)
        if (std::find(folders.begin(), folders.end(), name) == folders.end())
          fail("there is no folder of a class", "'" + name + "' in '" + directory_ + "'");
      if (!options_.class_names.empty()) folders = options_.class_names;
      result_.class_names = folders;
    } else if (!options_.class_names.empty()) {
      fail("class_names are given without labels", "'" + options_.class_names[0] + "'");
    }
    if (has_labels() && options_.label_mode == "binary" && folders.size() != 2)
      fail("'binary' is not of two classes", std::to_string(folders.size()) + " classes");
    for (std::size_t i = 0; i < folders.size(); ++i)
      add(fs::path(directory_) / folders[i], static_cast<std::int64_t>(i));
  }

  /// All texts in a folder and those inside of it, by name.
  void add(const fs::path& folder, std::int64_t number) {
    const auto links =
        options_.follow_links ? fs::directory_options::follow_directory_symlink : fs::directory_options::none;
    std::vector<fs::path> found;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder, links)) {
      std::string end = entry.path().extension().string();
      std::transform(end.begin(), end.end(), end.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
      if (end == ".txt" && entry.is_regular_file()) found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end(), [](const fs::path& a, const fs::path& b) {
      return a.parent_path() != b.parent_path() ? a.parent_path() < b.parent_path() : a < b;
    });
    for (const fs::path& path : found) {
      paths_.push_back(path.string());
      numbers_.push_back(number);
    }
  }

  void order() {
    std::vector<std::int64_t> rows(paths_.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int64_t>(i);
    if (options_.shuffle) {
      std::mt19937 words(checked_seed(options_.seed, context_));
      rows = numpy_order(static_cast<std::int64_t>(rows.size()), words);
    }
    const auto last = static_cast<std::ptrdiff_t>(options_.validation_split * static_cast<double>(rows.size()));
    if (options_.subset == "training") rows.erase(rows.end() - last, rows.end());
    if (options_.subset == "validation") rows.erase(rows.begin(), rows.end() - last);
    std::vector<std::string> paths;
    std::vector<std::int64_t> numbers;
    for (const std::int64_t row : rows) {
      paths.push_back(paths_[static_cast<std::size_t>(row)]);
      numbers.push_back(numbers_[static_cast<std::size_t>(row)]);
    }
    paths_ = std::move(paths);
    numbers_ = std::move(numbers);
  }

  std::string text_of(const std::string& path) const {
    const InputFile file(path, context_);
    const std::uint64_t kept =
        options_.max_length ? std::min<std::uint64_t>(file.size(), static_cast<std::uint64_t>(*options_.max_length))
                            : file.size();
    std::string text(kept, '\0');
    file.read_at(0, text.data(), text.size(), context_);
    return text;
  }

  Tensor labels() const {
    const Tensor numbers = tensor(numbers_);
    if (options_.label_mode == "categorical")
      return to_categorical(numbers, static_cast<std::int64_t>(result_.class_names.size()), context_.where);
    return options_.label_mode == "binary" ? unsqueeze(cast(numbers, float32), -1) : cast(numbers, int32);
  }

  const std::string& directory_;
  const TextFolderOptions& options_;
  FileContext context_;
  TextFolder result_;
  std::vector<std::string> paths_;
  std::vector<std::int64_t> numbers_;  // of classes
};

}  // namespace

TextFolder text_dataset_from_directory(const OwnedText& directory, TextFolderOptions options, Location where) {
  const Frame frame(where);
  return Reader(directory, options, where).read();
}

}  // namespace triptych::keras::utils
