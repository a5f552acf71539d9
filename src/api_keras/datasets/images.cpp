// MNIST, Fashion-MNIST, CIFAR.
#include <algorithm>
#include <array>

#include "api_keras/datasets/files.h"
#include "core/formats/idx.h"
#include "core/formats/npz.h"
#include "core/formats/pickle.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/ops.h"

namespace triptych::keras {
namespace {

Tensor idx_bytes(const std::string& path, FileContext context) {
  IdxReader reader(path, context);
  if (reader.dtype() != uint8) reader.fail("its elements are not bytes");
  Tensor result = make_tensor(reader.shape(), uint8);
  reader.read(result.impl()->data(), static_cast<std::size_t>(result.numel()));
  reader.finish();
  return result;
}

void check_pairs(const Examples& of, int rank, FileContext context) {
  if (of.x.dtype() != uint8 || of.x.ndim() != rank || of.y.ndim() == 0 || of.x.size(0) != of.y.size(0))
    throw ArgumentError(context.op, "the file does not hold images and their classes",
                        of.x.shape().text() + " and " + of.y.shape().text(), "", context.where);
}

ExampleSplits idx_splits(const std::string& folder, FileContext context) {
  const auto part = [&](const char* images, const char* images_gz, const char* labels, const char* labels_gz) {
    const Examples of{idx_bytes(file_at(folder, {images, images_gz}, context), context),
                      idx_bytes(file_at(folder, {labels, labels_gz}, context), context)};
    check_pairs(of, 3, context);
    return of;
  };
  return {part("train-images-idx3-ubyte", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte",
               "train-labels-idx1-ubyte.gz"),
          part("t10k-images-idx3-ubyte", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte",
               "t10k-labels-idx1-ubyte.gz")};
}

constexpr std::int64_t side = 32, pixels = side * side, image_bytes = 3 * pixels;

/// Images (n, 3072), one channel after the other, as (n, 32, 32, 3).
Tensor channels_last(const Tensor& rows) {
  return permute(reshape(rows, {rows.size(0), 3, side, side}), {0, 2, 3, 1}).clone();
}

/// A batch as a binary file: for each image its classes, of which `which` counts, and its pixels.
Examples binary_batch(const std::string& path, std::int64_t classes, std::int64_t which, FileContext context) {
  const InputFile file(path, context);
  const std::int64_t row = classes + image_bytes;
  const auto size = static_cast<std::int64_t>(file.size());
  if (size == 0 || size % row != 0)
    throw ArgumentError(context.op, "the file is not a batch of CIFAR",
                        "'" + path + "' has " + std::to_string(size) + " bytes, no multiple of " + std::to_string(row),
                        "", context.where);
  const Tensor all = make_tensor({size / row, row}, uint8);
  file.read_at(0, all.impl()->data(), static_cast<std::size_t>(size), context);
  return {channels_last(slice(all, 1, {classes, row})), slice(all, 1, {which, which + 1}).clone()};
}

/// A batch as a Python pickle.
Examples pickled_batch(const std::string& path, const char* labels, FileContext context) {
  const InputFile file(path, context);
  std::string bytes(file.size(), '\0');
  file.read_at(0, bytes.data(), bytes.size(), context);
  const PickleRef batch = read_pickle(bytes, "'" + path + "'", context);
  const PickleValue *data = batch->find("data"), *classes = batch->find(labels);
  const std::int64_t count = data && data->array.defined() && data->array.ndim() == 2 ? data->array.size(0) : -1;
  if (count < 0 || data->array.size(1) != image_bytes || data->array.dtype() != uint8 || !classes ||
      classes->whole.size() != static_cast<std::size_t>(count))
    throw ArgumentError(context.op, "the file is not a batch of CIFAR", "'" + path + "'",
                        std::string("It has no 'data' (n, 3072), or not as many '") + labels + "'", context.where);
  return {channels_last(data->array), reshape(tensor(classes->whole), {count, 1})};
}

}  // namespace

namespace datasets {

ExampleSplits mnist::load_data(const OwnedText& path, Location where) {
  const FileContext context{"mnist", where};
  const Frame frame(where);
  if (!file_at_if_any(path, {"train-images-idx3-ubyte", "train-images-idx3-ubyte.gz"}).empty())
    return idx_splits(path, context);
  const NpzReader file(file_at(path, {"mnist.npz", "train-images-idx3-ubyte.gz"}, context), context);
  const ExampleSplits splits{{file.array("x_train"), file.array("y_train")},
                             {file.array("x_test"), file.array("y_test")}};
  check_pairs(splits.train, 3, context);
  check_pairs(splits.test, 3, context);
  return splits;
}

ExampleSplits fashion_mnist::load_data(const OwnedText& path, Location where) {
  const Frame frame(where);
  return idx_splits(path, {"fashion_mnist", where});
}

ExampleSplits cifar10::load_data(const OwnedText& path, Location where) {
  const FileContext context{"cifar10", where};
  const Frame frame(where);
  check_path(path, context);
  std::string folder = file_at_if_any(path, {"cifar-10-batches-py", "cifar-10-batches-bin"});
  if (folder.empty()) folder = path;
  const auto batch = [&](const std::string& name) {
    if (const std::string binary = file_at_if_any(folder, {(name + ".bin").c_str()}); !binary.empty())
      return binary_batch(binary, 1, 0, context);
    Examples of = pickled_batch(file_at(folder, {name.c_str()}, context), "labels", context);
    of.y = cast(of.y, uint8);
    return of;
  };
  std::vector<Tensor> x, y;
  for (int i = 1; i <= 5; ++i) {
    const Examples of = batch("data_batch_" + std::to_string(i));
    x.push_back(of.x);
    y.push_back(of.y);
  }
  return {{concat(x, 0), concat(y, 0)}, batch("test_batch")};
}

ExampleSplits cifar100::load_data(const OwnedText& path, const OwnedText& label_mode, Location where) {
  const FileContext context{"cifar100", where};
  const Frame frame(where);
  if (label_mode != "fine" && label_mode != "coarse")
    throw ArgumentError("cifar100", "there is no such label_mode", "'" + label_mode + "'", "Use 'fine' or 'coarse'",
                        where);
  check_path(path, context);
  std::string folder = file_at_if_any(path, {"cifar-100-python", "cifar-100-binary"});
  if (folder.empty()) folder = path;
  const bool fine = label_mode == "fine";
  const auto batch = [&](const char* binary_name, const char* name) {
    if (const std::string binary = file_at_if_any(folder, {binary_name}); !binary.empty()) {
      Examples of = binary_batch(binary, 2, fine ? 1 : 0, context);
      of.y = cast(of.y, int64);
      return of;
    }
    return pickled_batch(file_at(folder, {name}, context), fine ? "fine_labels" : "coarse_labels", context);
  };
  return {batch("train.bin", "train"), batch("test.bin", "test")};
}

}  // namespace datasets
}  // namespace triptych::keras
