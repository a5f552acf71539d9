// Pictures in a folder of folders, one for each class.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/data/loader.h"
#include "triptych/core/export.h"
#include "triptych/core/ops/sizes.h"
#include "triptych/core/text.h"
#include "triptych/keras/utils/folder_labels.h"

namespace triptych::keras {

/// Options of `image_dataset_from_directory`, in Keras's order.
struct ImageFolderOptions {
  FolderLabels labels = "inferred";
  /// "int": class numbers, int32 (n). "categorical": float32 (n, classes). "binary": float32 (n, 1), of two classes.
  /// "none": there are no labels.
  OwnedText label_mode = "int";
  /// The folders that count, in this order; none: all, by name.
  std::vector<std::string> class_names = {};
  /// "grayscale", "rgb" or "rgba": 1, 3 or 4 channels.
  OwnedText color_mode = "rgb";
  std::int64_t batch_size = 32;
  /// Height and width.
  Size2 image_size = {256, 256};
  /// Files in NumPy's order for the seed, and so Keras's, and another order of them in every epoch; else by name.
  bool shuffle = true;
  std::int64_t seed = 1337;
  /// The share of the files, the last ones, that `subset` "validation" has, and "training" lacks.
  double validation_split = 0;
  OwnedText subset = "";
  /// "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian" or "mitchellcubic".
  OwnedText interpolation = "bilinear";
  bool follow_links = false;
  /// The middle of the picture that has the proportions of image_size.
  bool crop_to_aspect_ratio = false;
  /// The whole picture among zeros.
  bool pad_to_aspect_ratio = false;
  OwnedText data_format = "channels_last";
  /// Prints how many files and classes there are.
  bool verbose = true;
  /// Threads that decode pictures ahead. What they give does not depend on it.
  int num_workers = 2;
};

/// Batches of pictures, float32 (n, height, width, channels) with values from 0 to 255, and their labels.
class TRIPTYCH_API ImageFolder : public data::DataLoader {
 public:
  ImageFolder(data::DataLoader batches, std::vector<std::string> class_names, std::vector<std::string> file_paths)
      : data::DataLoader(std::move(batches)), class_names(std::move(class_names)), file_paths(std::move(file_paths)) {}

  std::vector<std::string> class_names;
  /// In the order of the examples of `dataset()`.
  std::vector<std::string> file_paths;
};

namespace utils {

/// The pictures (.bmp, .gif, .jpeg, .jpg, .png) in the folders of `directory`, read from disk batch by batch: for
/// `fit`, or a loop. Of a GIF the first frame. Two calls with the subsets "training" and "validation" and one seed are
/// what Keras's "both" gives. ArgumentError if the folder is missing or has no picture, and for options that do not
/// fit; in a loop for a picture that is damaged.
TRIPTYCH_API ImageFolder image_dataset_from_directory(const OwnedText& directory, ImageFolderOptions options = {},
                                                      Location where = Location::here());

}  // namespace utils
}  // namespace triptych::keras
