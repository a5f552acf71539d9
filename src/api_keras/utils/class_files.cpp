#include "api_keras/utils/class_files.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include "api_keras/datasets/files.h"
#include "api_keras/datasets/numpy_order.h"
#include "core/support/hyperparameter.h"
#include "triptych/core/ops.h"
#include "triptych/keras/utils/arrays.h"

namespace triptych::keras {
namespace {

namespace fs = std::filesystem;

class Finder {
 public:
  Finder(const std::string& directory, const FolderOptions& options, std::initializer_list<const char*> endings,
         const char* what, FileContext context)
      : directory_(directory), options_(options), endings_(endings), what_(what), context_(context) {}

  ClassFiles find() {
    check();
    try {
      find_files();
    } catch (const fs::filesystem_error& error) {
      fail("the folder cannot be read", "'" + directory_ + "': " + error.code().message());
    }
    if (!options_.labels.numbers.empty()) take_numbers();
    if (options_.verbose) {
      std::printf("Found %zu files", files_.paths.size());
      if (has_labels()) std::printf(" belonging to %zu classes", files_.class_names.size());
      std::printf(".\n");
    }
    order();
    if (files_.paths.empty()) fail("there is no " + std::string(what_) + " in the folder", "'" + directory_ + "'");
    if (has_labels()) files_.labels = labels();
    return std::move(files_);
  }

 private:
  [[noreturn]] void fail(const std::string& wrong, const std::string& given, const char* hint = "") const {
    throw ArgumentError(context_.op, wrong, given, hint, context_.where);
  }
  bool is_inferred() const { return options_.labels.kind == "inferred"; }
  bool has_labels() const { return options_.labels.kind != "none" && options_.label_mode != "none"; }

  void check() const {
    check_path(directory_, context_);
    const std::string& kind = options_.labels.kind;
    if (!is_inferred() && kind != "none" && options_.labels.numbers.empty())
      fail("labels are neither 'inferred' nor 'none' nor numbers", "'" + kind + "'");
    if (!is_inferred() && !options_.class_names.empty())
      fail("class_names are given beside labels that are not inferred", "'" + options_.class_names[0] + "'");
    const std::string& mode = options_.label_mode;
    if (mode != "int" && mode != "categorical" && mode != "binary" && mode != "none")
      fail("there is no such label_mode", "'" + mode + "'", "Use 'int', 'categorical', 'binary' or 'none'");
    const bool splits = options_.validation_split != 0;
    if (!(options_.validation_split >= 0 && options_.validation_split < 1))
      fail("validation_split is not from 0 to 1", number_text(options_.validation_split));
    if (splits != !options_.subset.empty())
      fail("only one of validation_split and subset is given", "'" + options_.subset + "'");
    if (splits && options_.subset != "training" && options_.subset != "validation")
      fail("there is no such subset", "'" + options_.subset + "'",
           "Use 'training' or 'validation'; a call for each, with one seed, is what Keras's 'both' gives");
    checked_seed(options_.seed, context_);
  }

  void find_files() {
    if (!fs::is_directory(directory_)) fail("there is no such folder", "'" + directory_ + "'");
    std::vector<std::string> folders{""};
    if (is_inferred()) {
      folders.clear();
      for (const fs::directory_entry& entry : fs::directory_iterator(directory_))
        if (const std::string name = entry.path().filename().string(); entry.is_directory() && !name.starts_with('.'))
          folders.push_back(name);
      std::sort(folders.begin(), folders.end());
      for (const std::string& name : options_.class_names)
        if (std::find(folders.begin(), folders.end(), name) == folders.end())
          fail("there is no folder of a class", "'" + name + "' in '" + directory_ + "'");
      if (!options_.class_names.empty()) folders = options_.class_names;
      files_.class_names = folders;
    }
    check_binary();
    for (std::size_t i = 0; i < folders.size(); ++i)
      add(fs::path(directory_) / folders[i], static_cast<std::int64_t>(i));
  }
  void check_binary() const {
    if (has_labels() && options_.label_mode == "binary" && options_.labels.numbers.empty() &&
        files_.class_names.size() != 2)
      fail("'binary' is not of two classes", std::to_string(files_.class_names.size()) + " classes");
  }

  /// All such files in a folder and those inside of it: folder by folder, by name.
  void add(const fs::path& folder, std::int64_t number) {
    const auto links =
        options_.follow_links ? fs::directory_options::follow_directory_symlink : fs::directory_options::none;
    struct Found {
      std::string folder, path;
    };
    std::vector<Found> found;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder, links)) {
      std::string name = entry.path().filename().string();
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
      const bool counts =
          std::any_of(endings_.begin(), endings_.end(), [&](const char* ending) { return name.ends_with(ending); });
      if (counts && entry.is_regular_file())
        found.push_back({entry.path().parent_path().string(), entry.path().string()});
    }
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
      return a.folder != b.folder ? a.folder < b.folder : a.path < b.path;
    });
    for (Found& file : found) {
      files_.paths.push_back(std::move(file.path));
      files_.numbers.push_back(number);
    }
  }

  /// Labels that were given, one for each file.
  void take_numbers() {
    files_.numbers = options_.labels.numbers;
    if (files_.numbers.size() != files_.paths.size())
      fail("there are not as many labels as files",
           std::to_string(files_.numbers.size()) + " labels, " + std::to_string(files_.paths.size()) + " files");
    const std::set<std::int64_t> classes(files_.numbers.begin(), files_.numbers.end());
    for (const std::int64_t number : classes) files_.class_names.push_back(std::to_string(number));
    if (options_.label_mode == "binary" && classes.size() != 2)
      fail("'binary' is not of two classes", std::to_string(classes.size()) + " classes");
  }

  void order() {
    std::vector<std::int64_t> rows(files_.paths.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int64_t>(i);
    if (options_.shuffle) {
      std::mt19937 words(checked_seed(options_.seed, context_));
      rows = numpy_order(static_cast<std::int64_t>(rows.size()), words);
    }
    const auto last = static_cast<std::ptrdiff_t>(options_.validation_split * static_cast<double>(rows.size()));
    if (options_.subset == "training") rows.erase(rows.end() - last, rows.end());
    if (options_.subset == "validation") rows.erase(rows.begin(), rows.end() - last);
    if (!options_.subset.empty() && options_.verbose)
      std::printf("Using %zu files for %s.\n", rows.size(), options_.subset.c_str());
    std::vector<std::string> paths;
    std::vector<std::int64_t> numbers;
    for (const std::int64_t row : rows) {
      paths.push_back(files_.paths[static_cast<std::size_t>(row)]);
      numbers.push_back(files_.numbers[static_cast<std::size_t>(row)]);
    }
    files_.paths = std::move(paths);
    files_.numbers = std::move(numbers);
  }

  Tensor labels() const {
    const Tensor numbers = tensor(files_.numbers);
    if (options_.label_mode == "categorical")
      return utils::to_categorical(numbers, static_cast<std::int64_t>(files_.class_names.size()), context_.where);
    return options_.label_mode == "binary" ? unsqueeze(cast(numbers, float32), -1) : cast(numbers, int32);
  }

  const std::string& directory_;
  const FolderOptions& options_;
  std::vector<const char*> endings_;
  const char* what_;
  FileContext context_;
  ClassFiles files_;
};

}  // namespace

ClassFiles class_files(const std::string& directory, const FolderOptions& options,
                       std::initializer_list<const char*> endings, const char* what, FileContext context) {
  return Finder(directory, options, endings, what, context).find();
}

}  // namespace triptych::keras
