// Tensors with names as values of functions: a StateDict, named_parameters().
#pragma once

#include <span>
#include <string>
#include <vector>

#include "triptych/core/io.h"
#include "triptych/core/structure.h"

namespace triptych::detail {

/// A name goes along.
template <>
struct Structure<std::string> {
  using Value = std::string;
  static void add(std::vector<Tensor>&, const std::string&) {}
  static Value take(const std::string& like, const Tensor*&) { return like; }
};

template <>
struct Structure<StateDict> {
  using Value = StateDict;
  static void add(std::vector<Tensor>& out, const StateDict& state) {
    for (const auto& [name, tensor] : state) out.push_back(tensor);
  }
  static Value take(const StateDict& like, const Tensor*& next) {
    Value result;
    for (const auto& [name, tensor] : like) result.add(name, *next++);
    return result;
  }
};

}  // namespace triptych::detail
