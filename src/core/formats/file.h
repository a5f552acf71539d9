// Files as the formats read them: at an offset, from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/formats/descriptor.h"
#include "triptych/core/error.h"

namespace triptych {

/// What the errors of a file operation name: the public function, and the line that called it.
struct FileContext {
  std::string_view op;
  Location where;
};

/// ArgumentError if the operating system would take `path` for another one: it is empty, or has a byte 0.
void check_path(const std::string& path, FileContext context);

/// False, with errno set, if not everything could be written.
bool write_all(int descriptor, const void* bytes, std::size_t count);

/// `path` in quotes with the operating system's word for `error`.
std::string path_and_reason(const std::string& path, int error);

/// A regular file opened for reading. May be read from several threads.
class InputFile {
 public:
  /// ArgumentError if there is no such file or it is not a regular one.
  InputFile(const std::string& path, FileContext context);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  /// Reads exactly `count` bytes; ArgumentError if the file ends before.
  void read_at(std::uint64_t offset, void* destination, std::size_t count, FileContext context) const;

 protected:
  InputFile(int descriptor, std::string path) : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;
  Descriptor descriptor_;
  std::uint64_t size_ = 0;
};

/// A nameless file in the temporary folder ($TMPDIR, else /tmp) that is gone when it is closed.
class ScratchFile : public InputFile {
 public:
  explicit ScratchFile(FileContext context);
  void append(const void* bytes, std::size_t count, FileContext context);
};

}  // namespace triptych
