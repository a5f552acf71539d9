// MNIST: where its files are, and how they become tensors.
#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "core/data/images.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/data/dataset.h"

namespace triptych::data {
namespace {

TensorDataset read_mnist_part(const std::string& images_path, const std::string& labels_path, bool last,
                              FileContext context) {
  IdxReader images(images_path, context), labels(labels_path, context);
  check_images_and_labels(images, labels);
  if (images.shape()[1] != 28 || images.shape()[2] != 28)
    images.fail("its images are of shape " + images.shape().text() + ", expected (n, 28, 28)");
  const std::int64_t count = images.shape()[0];

  std::vector<std::uint8_t> label_bytes(static_cast<std::size_t>(count));
  labels.read(label_bytes.data(), label_bytes.size());
  labels.finish();
  Tensor y = make_tensor({count}, int64);
  auto* const y_data = static_cast<std::int64_t*>(y.impl()->data());
  for (std::size_t i = 0; i < label_bytes.size(); ++i) {
    if (label_bytes[i] > 9)
      labels.fail("label " + std::to_string(i) + " is " + std::to_string(label_bytes[i]) + ", expected 0 to 9");
    y_data[i] = label_bytes[i];
  }

  // In pieces: the bytes of all images never lie in memory at once.
  Tensor x = make_tensor(with_channel(count, images.shape(), last), float32);
  auto* floats = static_cast<float*>(x.impl()->data());
  std::vector<std::uint8_t> pixels(1 << 16);
  for (auto left = static_cast<std::size_t>(x.numel()); left > 0;) {
    const std::size_t piece = std::min(left, pixels.size());
    images.read(pixels.data(), piece);
    to_floats(pixels.data(), piece, floats);
    floats += piece;
    left -= piece;
  }
  images.finish();
  return TensorDataset(std::move(x), std::move(y), context.where);
}

/// Folders that may hold `mnist`, best first.
std::vector<std::string> data_folders() {
  std::vector<std::string> folders;
  if (const char* folder = std::getenv("TRIPTYCH_DATA"); folder && *folder) return {folder};
  // Beside the library, or the program that it is linked into, wherever that was moved to: PREFIX/lib or PREFIX/bin.
  Dl_info self;
  if (dladdr(reinterpret_cast<const void*>(&data_folders), &self) != 0 && self.dli_fname) {
    std::string folder = self.dli_fname;
    for (int up = 0; up < 3; ++up) {  // Debian's PREFIX/lib/x86_64-linux-gnu is one deeper
      const std::size_t slash = folder.rfind('/');
      if (slash == std::string::npos) break;
      folder.resize(slash);
      if (up > 0) folders.push_back(folder + "/share/triptych/data");
    }
  }
  folders.emplace_back(TRIPTYCH_INSTALL_DATA);
  folders.emplace_back(TRIPTYCH_SOURCE_DATA);
  return folders;
}

/// The path of an MNIST file, compressed or not.
std::string find_mnist(const std::string& name, FileContext context) {
  std::string places;
  for (const std::string& folder : data_folders()) {
    const std::string path = folder + "/mnist/" + name;
    for (const std::string& candidate : {path + ".gz", path})
      if (::access(candidate.c_str(), F_OK) == 0) return candidate;
    places += (places.empty() ? "" : ", ") + folder + "/mnist";
  }
  throw UnsupportedError(context.op, "the MNIST files are not there", "no '" + name + ".gz' in " + places,
                         "Set TRIPTYCH_DATA to the folder that holds mnist/", context.where);
}

}  // namespace

Mnist mnist(const ImageOptions& options, Location where) {
  const Frame frame(where);
  const FileContext context{"mnist", where};
  const bool last = channels_last(options, context);
  const auto read = [&](const std::string& part) {
    return read_mnist_part(find_mnist(part + "-images-idx3-ubyte", context),
                           find_mnist(part + "-labels-idx1-ubyte", context), last, context);
  };
  return {read("train"), read("t10k")};
}

}  // namespace triptych::data
