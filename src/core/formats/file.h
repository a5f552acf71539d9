// Files as the formats need them: reading at an offset, and writing that replaces a file whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "triptych/core/error.h"

namespace triptych {

/// What the errors of a file operation name: the public function, and the line that called it.
struct FileContext {
  std::string_view op;
  Location where;
};

/// A regular file opened for reading. May be read from several threads.
class InputFile {
 public:
  /// ArgumentError if there is no such file or it is not a regular one.
  InputFile(const std::string& path, FileContext context);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  /// Reads exactly `count` bytes; ArgumentError if the file ends before.
  void read_at(std::uint64_t offset, void* destination, std::size_t count, FileContext context) const;

 protected:
  InputFile(int descriptor, std::string path) : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

/// A nameless file in the temporary folder ($TMPDIR, else /tmp) that is gone when it is closed.
class ScratchFile : public InputFile {
 public:
  explicit ScratchFile(FileContext context);
  void append(const void* bytes, std::size_t count, FileContext context);
};

/// A file that appears under its name whole, or not at all: it is written under a temporary name in the same folder,
/// flushed to disk and renamed by `commit`. Without `commit` the temporary file is removed, and an older file of that
/// name stays as it was.
class AtomicFile {
 public:
  AtomicFile(const std::string& path, FileContext context);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* bytes, std::size_t count);
  void write(std::string_view text) { write(text.data(), text.size()); }
  void commit();

 private:
  [[noreturn]] void fail(std::string_view rule, int error) const;

  std::string path_, temporary_;
  FileContext context_;
  int descriptor_ = -1;
};

}  // namespace triptych
