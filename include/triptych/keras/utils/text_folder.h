// Texts in a folder of folders, one for each class.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "triptych/core/export.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"
#include "triptych/keras/utils/folder_labels.h"

namespace triptych::keras {

/// Options of `text_dataset_from_directory`, in Keras's order.
struct TextFolderOptions {
  FolderLabels labels = "inferred";
  /// "int": class numbers, int32 (n). "categorical": float32 (n, classes). "binary": float32 (n, 1), of two classes.
  /// "none": there are no labels.
  OwnedText label_mode = "int";
  /// The folders that count, in this order; none: all, by name.
  std::vector<std::string> class_names = {};
  /// Bytes of a text that are kept; none: all.
  std::optional<std::int64_t> max_length = {};
  /// In NumPy's order for the seed, and so Keras's; else by name.
  bool shuffle = true;
  std::int64_t seed = 1337;
  /// The share of the texts, the last ones, that `subset` "validation" has, and "training" lacks.
  double validation_split = 0;
  OwnedText subset = "";
  bool follow_links = false;
  /// Prints how many files and classes there are.
  bool verbose = true;
};

struct TextFolder {
  std::vector<std::string> texts;
  /// Undefined without classes.
  Tensor labels;
  std::vector<std::string> class_names, file_paths;
};

namespace utils {

/// Reads all .txt files in the folders of `directory`. There are no tensors of texts: what it gives, TextVectorization
/// or a program makes numbers of. ArgumentError if the folder is missing, has no text, or for options that do not fit.
TRIPTYCH_API TextFolder text_dataset_from_directory(const OwnedText& directory, TextFolderOptions options = {},
                                                    Location where = Location::here());

}  // namespace utils
}  // namespace triptych::keras
