// Checkpoints: an ordered dictionary of tensors, saved as a safetensors file that Python reads too.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych {

/// Tensors by name, in the order in which they were put in, with optional text metadata.
class TRIPTYCH_API StateDict {
 public:
  using Item = std::pair<std::string, Tensor>;

  StateDict() = default;
  /// ArgumentError if two items have one name.
  StateDict(std::initializer_list<Item> items, Location where = Location::here());
  StateDict(const StateDict& other);
  StateDict(StateDict&& other) noexcept;
  StateDict& operator=(StateDict other) noexcept;

  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  bool contains(Text name) const { return find(name) != nullptr; }
  /// The tensor called `name`, or null.
  const Tensor* find(Text name) const;
  /// The tensor called `name`; ArgumentError that lists near names if there is none.
  const Tensor& at(Text name, Location where = Location::here()) const;
  /// Puts `tensor` under `name` at the end; ArgumentError if there is one of this name already.
  void add(OwnedText name, Tensor tensor, Location where = Location::here());
  /// Puts `tensor` under `name`: in place of the one that had the name, else at the end.
  void set(OwnedText name, Tensor tensor);
  /// Takes `name` out; false if it was not there.
  bool erase(Text name);

  /// Items as (name, tensor), in order.
  std::list<Item>::const_iterator begin() const { return items_.begin(); }
  std::list<Item>::const_iterator end() const { return items_.end(); }
  std::vector<std::string> names() const;

  /// Text that travels with the tensors (safetensors' `__metadata__`).
  std::map<std::string, std::string> metadata;

 private:
  std::list<Item> items_;
  std::unordered_map<std::string_view, std::list<Item>::iterator> index_;  // the names are those of the items
};

/// Writes `tensors` as a safetensors file (https://huggingface.co/docs/safetensors), whole or not at all: an older one
/// stays as it was until the new one is on disk; its mode and owner are kept, and a link is written through.
///
/// ArgumentError if a tensor is undefined or symbolic, a name is not UTF-8 or is `__metadata__`, there are more than
/// 262,144 tensors and metadata, or the file cannot be made; UnsupportedError if the disk is full.
TRIPTYCH_API void save(const StateDict& tensors, const OwnedText& path, Location where = Location::here());

/// Reads a safetensors file: all nine dtypes, the names in the header's order.
///
/// ArgumentError if the file cannot be opened or is not a valid safetensors file, whatever it holds; UnsupportedError
/// for an element type that the library does not have, or more than 262,144 tensors and metadata.
TRIPTYCH_API StateDict load(const OwnedText& path, Location where = Location::here());

}  // namespace triptych
