// The bytes of a file in order, decompressed on the way if it is a gzip file.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/formats/file.h"

namespace triptych {

class ByteStream {
 public:
  ByteStream(const std::string& path, FileContext context);
  ~ByteStream();

  const std::string& path() const { return file_.path(); }
  bool compressed() const { return inflate_ != nullptr; }
  /// An upper bound of the stream's length, from the file's size.
  std::uint64_t max_size() const;
  /// Reads up to `count` bytes: fewer only at the end. ArgumentError if the compressed data is corrupt or cut off.
  std::size_t read(void* destination, std::size_t count);

 private:
  struct Inflate;

  bool refill();

  FileContext context_;
  InputFile file_;
  std::uint64_t position_ = 0;
  std::unique_ptr<Inflate> inflate_;  // null for a file that is not compressed
};

}  // namespace triptych
