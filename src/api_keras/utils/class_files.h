// The files of a folder of folders, one for each class, as Keras's `..._dataset_from_directory` find them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "core/formats/file.h"
#include "triptych/core/tensor.h"
#include "triptych/keras/utils/folder_labels.h"

namespace triptych::keras {

/// What the options of texts and of pictures share.
struct FolderOptions {
  const FolderLabels& labels;
  const std::string& label_mode;
  const std::vector<std::string>& class_names;
  bool shuffle;
  std::int64_t seed;
  double validation_split;
  const std::string& subset;
  bool follow_links, verbose;
};
template <class Options>
FolderOptions folder_options(const Options& o) {
  return {o.labels,           o.label_mode, o.class_names,  o.shuffle, o.seed,
          o.validation_split, o.subset,     o.follow_links, o.verbose};
}

/// Files in their order.
struct ClassFiles {
  std::vector<std::string> paths;
  /// Of their classes.
  std::vector<std::int64_t> numbers;
  std::vector<std::string> class_names;
  /// As label_mode says; undefined without classes.
  Tensor labels;
};

/// Files whose names end in one of `endings` (small letters). ArgumentError if the folder is missing or has none
/// ("there is no <what> in the folder"), and for options that do not fit.
ClassFiles class_files(const std::string& directory, const FolderOptions& options,
                       std::initializer_list<const char*> endings, const char* what, FileContext context);

}  // namespace triptych::keras
