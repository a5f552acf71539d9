// Prices of houses.
#include "api_keras/datasets/files.h"
#include "core/formats/npz.h"
#include "triptych/core/ops.h"

namespace triptych::keras::datasets {

ExampleSplits boston_housing::load_data(const OwnedText& path, HousingOptions options, Location where) {
  const FileContext context{"boston_housing", where};
  const Frame frame(where);
  const NpzReader file(file_at(path, {"boston_housing.npz"}, context), context);
  return shuffled_splits(file.array("x"), file.array("y"), options.test_split, options.seed, context);
}

ExampleSplits california_housing::load_data(const OwnedText& path, CaliforniaHousingOptions options, Location where) {
  const FileContext context{"california_housing", where};
  const Frame frame(where);
  if (options.version != "large" && options.version != "small")
    throw ArgumentError("california_housing", "there is no such version", "'" + options.version + "'",
                        "Use 'large' or 'small'", where);
  const NpzReader file(file_at(path, {"california_housing.npz"}, context), context);
  Tensor x = file.array("x"), y = file.array("y");
  constexpr std::int64_t small = 600;
  if (options.version == "small" && x.ndim() > 0 && y.ndim() > 0 && x.size(0) >= small && y.size(0) >= small) {
    x = slice(x, 0, {0, small});
    y = slice(y, 0, {0, small});
  }
  return shuffled_splits(x, y, options.test_split, options.seed, context);
}

}  // namespace triptych::keras::datasets
