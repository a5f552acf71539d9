// IDX, the format of the MNIST files: big-endian arrays of numbers. http://yann.lecun.com/exdb/mnist/
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/formats/byte_stream.h"
#include "triptych/core/dtype.h"
#include "triptych/core/shape.h"

namespace triptych {

/// An IDX file, plain or gzip, read from its front to its end.
class IdxReader {
 public:
  /// Reads and checks the header. ArgumentError, here and below, if the file is not a valid IDX file.
  IdxReader(const std::string& path, FileContext context);

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  const std::string& path() const { return stream_.path(); }
  bool compressed() const { return stream_.compressed(); }
  /// Where the elements begin in a file that is not compressed.
  std::uint64_t header_bytes() const { return 4 + 4 * static_cast<std::uint64_t>(shape_.rank()); }

  /// The next `bytes` bytes of elements, in this machine's byte order; a whole number of elements.
  void read(void* destination, std::size_t bytes);
  /// After the last element: the file must end there.
  void finish();
  /// The file is valid, but not what the caller needs.
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  FileContext context_;
  ByteStream stream_;
  DType dtype_ = uint8;
  Shape shape_;
};

}  // namespace triptych
