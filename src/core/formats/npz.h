// NumPy's .npz: a zip archive of .npy files.
#pragma once

#include <string>
#include <vector>

#include "core/formats/file.h"
#include "core/formats/pickle.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// An archive opened for reading; its members are read into memory when they are asked for.
class NpzReader {
 public:
  /// ArgumentError if the file is no zip archive.
  NpzReader(const std::string& path, FileContext context);

  /// The arrays' names, without ".npy".
  std::vector<std::string> names() const;
  /// An array of numbers. ArgumentError if there is no array of this name, if it is damaged, or holds objects.
  Tensor array(const std::string& name) const;
  /// An array of objects: its elements.
  std::vector<PickleRef> objects(const std::string& name) const;

 private:
  struct Member {
    std::string name;
    std::uint64_t header, packed, size;
    std::uint32_t checksum;
    bool deflated;
  };

  [[noreturn]] void fail(const std::string& problem) const;
  std::string bytes(const std::string& name) const;
  std::string inflated(const std::string& packed, const Member& member) const;

  FileContext context_;
  InputFile file_;
  std::vector<Member> members_;
};

}  // namespace triptych
