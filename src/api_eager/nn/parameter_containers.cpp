#include "triptych/eager/nn/parameter_containers.h"

#include <algorithm>

#include "core/support/printable.h"
#include "triptych/core/dtype_info.h"

namespace triptych::eager::nn {
namespace {

/// `2x3`.
std::string sizes_text(const Shape& shape) {
  std::string text;
  for (const std::int64_t size : shape) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

/// PyTorch's old names of tensor types, which ParameterDict prints.
std::string type_name(DType dtype) {
  return dtype == float32    ? "FloatTensor"
         : dtype == float64  ? "DoubleTensor"
         : dtype == float16  ? "HalfTensor"
         : dtype == bfloat16 ? "BFloat16Tensor"
                             : std::string(dtype_name(dtype));
}

std::string short_type_name(DType dtype) { return std::string(dtype_name(dtype)); }

/// As PyTorch prints a parameter, or what stands in place of one.
std::string described(const Tensor& parameter, std::string (*type)(DType)) {
  if (!parameter.defined()) return "Object of type: NoneType";
  return "Parameter containing: [torch." + type(parameter.dtype()) + " of size " + sizes_text(parameter.shape()) + "]";
}

Tensor copy_of(const Tensor& parameter) { return parameter.defined() ? parameter.detach().clone() : Tensor(); }

}  // namespace

// --- ParameterList --------------------------------------------------------------------------------------------------

ParameterList::ParameterList(std::initializer_list<Tensor> values, Location where)
    : ParameterList(std::vector<Tensor>(values), where) {}
ParameterList::ParameterList(const std::vector<Tensor>& values, Location where) { extend(values, where); }

Tensor& ParameterList::at(std::int64_t index, Location where) {
  const auto count = static_cast<std::int64_t>(size());
  if (index < -count || index >= count)
    throw ArgumentError("ParameterList", "there is no parameter at this index",
                        std::to_string(index) + " of " + std::to_string(count), "", where);
  return std::next(parameters_.begin(), static_cast<std::ptrdiff_t>(index < 0 ? index + count : index))->tensor;
}

ParameterList& ParameterList::append(Tensor value, Location where) {
  register_parameter(Name(std::to_string(size()), where), std::move(value));
  return *this;
}

ParameterList& ParameterList::extend(const std::vector<Tensor>& values, Location where) {
  const std::size_t before = size();
  try {
    for (const Tensor& value : values) append(value, where);
  } catch (...) {
    parameters_.resize(before);
    throw;
  }
  return *this;
}

Tensor ParameterList::pop(Location where) {
  Tensor last = at(-1, where);
  parameters_.pop_back();
  return last;
}

std::string ParameterList::extra_repr() const {
  std::string text;
  for (const Member& member : parameters_)
    text += (text.empty() ? "" : "\n") + ("  (" + member.name + "): ") + described(member.tensor, short_type_name);
  return text;
}

std::unique_ptr<ParameterList> ParameterList::clone() const {
  auto copy = std::make_unique<ParameterList>();
  for (const Member& member : parameters_) copy->append(copy_of(member.tensor));
  copy->copy_from(*this);
  return copy;
}

// --- ParameterDict --------------------------------------------------------------------------------------------------

ParameterDict::ParameterDict(std::initializer_list<NamedTensor> values, Location where) { update(values, where); }

bool ParameterDict::contains(Text key) const {
  return std::any_of(parameters_.begin(), parameters_.end(), [&](const Member& m) { return m.name == key; });
}

Tensor& ParameterDict::at(Text key, Location where) {
  for (Member& member : parameters_)
    if (member.name == key) return member.tensor;
  throw ArgumentError("ParameterDict", "there is no parameter of this key", "'" + std::string(key) + "'", "", where);
}

ParameterDict& ParameterDict::set(const Name& key, Tensor value) {
  if (!contains(key.text)) {
    register_parameter(key, std::move(value));
    return *this;
  }
  // Made as a parameter before it takes the other's place.
  ParameterDict one;
  one.register_parameter(key, std::move(value));
  at(key.text, key.where) = one.at(key.text, key.where);
  return *this;
}

ParameterDict& ParameterDict::update(std::initializer_list<NamedTensor> values, Location where) {
  ParameterDict all;  // made as parameters before they take the others' places
  for (const auto& [key, value] : values) all.set(Name(key, where), value);
  for (auto member = all.parameters_.begin(); member != all.parameters_.end();) {
    const auto next = std::next(member);
    if (contains(member->name))
      at(member->name, where) = member->tensor;
    else
      parameters_.splice(parameters_.end(), all.parameters_, member);
    member = next;
  }
  return *this;
}

Tensor ParameterDict::pop(const Name& key) {
  Tensor value = at(key.text, key.where);
  parameters_.remove_if([&](const Member& member) { return member.name == key.text; });
  return value;
}

std::vector<std::string> ParameterDict::keys() const {
  std::vector<std::string> result;
  for (const Member& member : parameters_) result.push_back(member.name);
  return result;
}

std::vector<Tensor> ParameterDict::values() const {
  std::vector<Tensor> result;
  for (const Member& member : parameters_) result.push_back(member.tensor);
  return result;
}

std::vector<NamedTensor> ParameterDict::items() const {
  std::vector<NamedTensor> result;
  for (const Member& member : parameters_) result.emplace_back(member.name, member.tensor);
  return result;
}

std::string ParameterDict::extra_repr() const {
  std::string text;
  for (const Member& member : parameters_)
    text += (text.empty() ? "" : "\n") + ("  (" + printable(member.name) + "): ") + described(member.tensor, type_name);
  return text;
}

std::unique_ptr<ParameterDict> ParameterDict::clone() const {
  auto copy = std::make_unique<ParameterDict>();
  for (const Member& member : parameters_) copy->set(member.name, copy_of(member.tensor));
  copy->copy_from(*this);
  return copy;
}

}  // namespace triptych::eager::nn
