// Zip archives, by libzip: their members are read into memory, and written from there.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/formats/file.h"

namespace triptych {

/// An archive that is read. Nothing is ever unpacked to disk, so names that lead elsewhere lead nowhere.
class ZipReader {
 public:
  /// ArgumentError if there is no such file, or if it is no zip archive. UnsupportedError without libzip.
  ZipReader(const std::string& path, FileContext context);
  ~ZipReader();
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  bool has(const std::string& name) const;
  std::vector<std::string> names() const;
  /// A member's bytes; none if there is none. ArgumentError if it is damaged, or a bomb: far larger than what the
  /// archive holds for it.
  std::optional<std::string> read(const std::string& name) const;

 private:
  [[noreturn]] void fail(const std::string& problem) const;

  struct Archive;
  std::string path_, op_;
  FileContext context_;
  std::unique_ptr<Archive> archive_;
};

/// An archive of these members, uncompressed, as Keras writes them. UnsupportedError without libzip.
std::string make_zip(const std::vector<std::pair<std::string, std::string_view>>& members, FileContext context);

}  // namespace triptych
