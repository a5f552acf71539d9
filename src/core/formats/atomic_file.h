// Writing that replaces a file whole or not at all.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/formats/descriptor.h"
#include "core/formats/file.h"

namespace triptych {

/// A file that appears under its name whole, or not at all: it is written under a temporary name in the same folder,
/// flushed to disk and renamed by `commit`. Without `commit` the temporary file is removed, and an older file of that
/// name stays as it was.
///
/// A link stays one: what it leads to is written, there or not. The new file has the older one's mode, and its owner
/// where this user may give it. What killed processes left of the same file is removed first.
class AtomicFile {
 public:
  /// ArgumentError if no file can be made there, with the path and the operating system's reason.
  AtomicFile(const std::string& path, FileContext context);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* bytes, std::size_t count);
  void write(std::string_view text) { write(text.data(), text.size()); }
  void commit();

 private:
  struct Rights {
    mode_t mode;
    uid_t owner;
    gid_t group;
  };

  /// What is there now, if anything; ArgumentError if it cannot be replaced.
  std::optional<Rights> rights_of_older() const;
  void open_temporary(const std::string& stem);
  void keep_rights() const;
  [[noreturn]] void refuse(int error, std::string_view hint = {}) const;
  [[noreturn]] void fail(std::string_view wrong, int error) const;

  std::string path_;  // as it was given
  FileContext context_;
  std::string name_, temporary_;  // in folder_
  Descriptor folder_, file_;
  std::optional<Rights> older_;
};

}  // namespace triptych
