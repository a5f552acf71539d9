// What data sets keep in Python's pickles: numbers, texts, lists, dictionaries and NumPy arrays. A pickle is a program;
// of its instructions only those are followed that make such values, and nothing is ever called.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/formats/file.h"
#include "triptych/core/tensor.h"

namespace triptych {

struct PickleValue;
using PickleRef = std::shared_ptr<PickleValue>;

struct PickleValue {
  enum class Kind { none, boolean, integer, number, text, list, dict, array, name };
  Kind kind = Kind::none;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;                 // of texts and bytes; of a name "module.object"
  std::vector<std::int64_t> whole;  // a list (or tuple) of integers alone: these;
  std::vector<PickleRef> items;     // of others all that it holds; of an array of objects, its elements
  std::vector<std::pair<PickleRef, PickleRef>> entries;
  Tensor array;       // of numbers
  int depth = 0;      // of what it holds
  bool held = false;  // by another value, after which it changes no more: so nothing holds itself

  std::size_t size() const { return whole.size() + items.size(); }
  /// The entry with the text `key`, or null.
  const PickleValue* find(std::string_view key) const;
};

/// ArgumentError, which names `what`, if the bytes are not a pickle, or one that makes other things.
PickleRef read_pickle(std::string_view bytes, const std::string& what, FileContext context);

}  // namespace triptych
