// Containers of parameters: ParameterList and ParameterDict.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "triptych/eager/module.h"

namespace triptych::eager::nn {

/// Parameters in a list, named "0", "1", ...: `nn::ParameterList({randn({10, 10}), randn({10})})`.
class TRIPTYCH_API ParameterList : public Module {
 public:
  ParameterList() = default;
  explicit ParameterList(std::initializer_list<Tensor> values, Location where = Location::here());
  explicit ParameterList(const std::vector<Tensor>& values, Location where = Location::here());
  std::size_t size() const { return parameters_.size(); }
  /// The parameter at `index` (negative counts from the end); ArgumentError if there is none.
  Tensor& at(std::int64_t index, Location where = Location::here());
  Tensor& operator[](At index) { return at(index.number(), index.where()); }
  ParameterList& append(Tensor value, Location where = Location::here());
  ParameterList& extend(const std::vector<Tensor>& values, Location where = Location::here());
  /// Takes the last one out.
  Tensor pop(Location where = Location::here());
  std::string extra_repr() const override;
  std::unique_ptr<ParameterList> clone() const;
};

/// Parameters by name, in the order in which they were put in: `nn::ParameterDict({{"scale", ones({4})}})`.
class TRIPTYCH_API ParameterDict : public Module {
 public:
  ParameterDict() = default;
  explicit ParameterDict(std::initializer_list<NamedTensor> values, Location where = Location::here());
  std::size_t size() const { return parameters_.size(); }
  bool contains(Text key) const;
  /// The parameter called `key`; ArgumentError if there is none.
  Tensor& at(Text key, Location where = Location::here());
  Tensor& operator[](const Name& key) { return at(key.text, key.where); }
  /// Puts a parameter under `key`, in place of the one that is there.
  ParameterDict& set(const Name& key, Tensor value);
  ParameterDict& update(std::initializer_list<NamedTensor> values, Location where = Location::here());
  /// Takes the parameter called `key` out.
  Tensor pop(const Name& key);
  void clear() { parameters_.clear(); }
  std::vector<std::string> keys() const;
  std::vector<Tensor> values() const;
  std::vector<NamedTensor> items() const;
  std::string extra_repr() const override;
  std::unique_ptr<ParameterDict> clone() const;
};

}  // namespace triptych::eager::nn
