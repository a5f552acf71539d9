// Where a user's call stands: file and line in eight bytes.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>

#include "triptych/core/export.h"

namespace triptych {

/// A line of source code. Packed: 48 bits of file-name pointer (x86-64 and AArch64 user space), 16 bits of line.
/// Our own, because clang 14 has no `std::source_location`.
class Location {
 public:
  constexpr Location() = default;
  /// A template, so that a literal 0 is no file: `x.sum({0, 1})` has axes.
  template <std::same_as<const char*> File>
  Location(File file, int line)
      : packed_(reinterpret_cast<std::uintptr_t>(file) << 16 |
                static_cast<std::uint64_t>(line < 65535 ? line : 65535)) {}

  /// The line that calls the function whose default argument this is.
  static Location here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) { return {file, line}; }

  const char* file() const { return reinterpret_cast<const char*>(packed_ >> 16); }
  int line() const { return static_cast<int>(packed_ & 0xffff); }
  explicit operator bool() const { return packed_ != 0; }

  /// `train.cpp:41`, the file without its folders; empty if unknown.
  TRIPTYCH_API std::string text() const;

 private:
  std::uint64_t packed_ = 0;
};

}  // namespace triptych
