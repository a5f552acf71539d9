// HDF5 files in memory, by the HDF5 library: as much as Keras's weights need, which are groups, arrays of numbers in
// them, and a text beside a group.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/file.h"
#include "triptych/core/tensor.h"

namespace triptych {

/// A file that is written. UnsupportedError without the library.
class Hdf5Writer {
 public:
  explicit Hdf5Writer(FileContext context);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// A group, with those around it that are not there yet: "layers/dense/vars".
  void group(const std::string& path);
  void attribute(const std::string& group, const std::string& name, const std::string& text);
  /// An array in a group that is there.
  void dataset(const std::string& path, const Tensor& value);
  /// The file's bytes. Nothing can be written afterwards.
  std::string finish();

 private:
  struct File;
  FileContext context_;
  std::unique_ptr<File> file_;
};

/// A file that is read. What a hostile one may do beside being damaged (links into other files, arrays that lie
/// elsewhere or are far larger than the file) is an error.
class Hdf5Reader {
 public:
  /// `name` is what errors call it. ArgumentError if the bytes are no HDF5 file. UnsupportedError without the library.
  Hdf5Reader(std::string bytes, std::string name, FileContext context);
  ~Hdf5Reader();
  Hdf5Reader(const Hdf5Reader&) = delete;
  Hdf5Reader& operator=(const Hdf5Reader&) = delete;

  std::size_t size() const;
  bool has_group(const std::string& path) const;
  /// Names of what is in a group, in the order of their letters; none if there is no such group.
  std::vector<std::string> names(const std::string& group) const;
  /// The array at `path`. ArgumentError if there is none, or it is not one of numbers that the library has.
  Tensor read(const std::string& path) const;

 private:
  struct File;
  std::string op_;
  std::unique_ptr<File> file_;
};

}  // namespace triptych
