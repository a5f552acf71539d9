// Images and labels that stay in their files.
#include <algorithm>
#include <vector>

#include "core/data/images.h"
#include "core/tensor/tensor_impl.h"

namespace triptych::data {
namespace {

/// The elements of an IDX file, from `offset` of a file on disk.
struct Elements {
  std::unique_ptr<const InputFile> file;
  std::uint64_t offset = 0;
};

/// The file itself, or if it is compressed a temporary one with what it unpacks to.
Elements on_disk(IdxReader& reader, FileContext context) {
  const auto count = static_cast<std::uint64_t>(reader.shape().size());
  if (!reader.compressed()) {
    auto file = std::make_unique<const InputFile>(reader.path(), context);
    if (file->size() != reader.header_bytes() + count)
      reader.fail("it has " + std::to_string(file->size()) + " bytes, expected " +
                  std::to_string(reader.header_bytes() + count) + " for shape " + reader.shape().text());
    return {std::move(file), reader.header_bytes()};
  }
  auto file = std::make_unique<ScratchFile>(context);
  std::vector<char> piece(1 << 16);
  for (std::uint64_t left = count; left > 0;) {
    const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
    reader.read(piece.data(), bytes);
    file->append(piece.data(), bytes, context);
    left -= bytes;
  }
  reader.finish();
  return {std::move(file), 0};
}

}  // namespace

struct IdxDataset::Files {
  Elements images, labels;
  Shape shape;  // (n, height, width)
  bool last;
};

IdxDataset::IdxDataset(const OwnedText& images_path, const OwnedText& labels_path, const ImageOptions& options,
                       Location where)
    : where_(where) {
  const FileContext context{"IdxDataset", where};
  const bool last = channels_last(options, context);
  IdxReader images(images_path, context), labels(labels_path, context);
  check_images_and_labels(images, labels);
  files_ =
      std::make_shared<const Files>(Files{on_disk(images, context), on_disk(labels, context), images.shape(), last});
}

std::int64_t IdxDataset::size() const { return files_->shape[0]; }

Example IdxDataset::get(std::int64_t index) const {
  const Batch one = get_batch({&index, 1});
  const TensorDataset row(one.x, one.y);
  return row.get(0);
}

Batch IdxDataset::get_batch(std::span<const std::int64_t> indices) const {
  const Files& files = *files_;
  const FileContext context{"IdxDataset", where_};
  const auto count = static_cast<std::int64_t>(indices.size());
  const auto pixels = static_cast<std::size_t>(files.shape[1] * files.shape[2]);
  Batch batch{make_tensor(with_channel(count, files.shape, files.last), float32), make_tensor({count}, int64)};
  auto* x = static_cast<float*>(batch.x.impl()->data());
  auto* y = static_cast<std::int64_t*>(batch.y.impl()->data());
  std::vector<std::uint8_t> image(pixels);
  for (const std::int64_t index : indices) {
    if (index < 0 || index >= size())
      throw ArgumentError("IdxDataset", "an index is not below the data set's size",
                          "index " + std::to_string(index) + ", size " + std::to_string(size()), "", where_);
    const auto place = static_cast<std::uint64_t>(index);
    files.images.file->read_at(files.images.offset + place * pixels, image.data(), pixels, context);
    to_floats(image.data(), pixels, x);
    x += pixels;
    std::uint8_t label = 0;
    files.labels.file->read_at(files.labels.offset + place, &label, 1, context);
    *y++ = label;
  }
  return batch;
}

}  // namespace triptych::data
