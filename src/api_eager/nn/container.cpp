#include "triptych/eager/nn/container.h"

namespace triptych::eager::nn {

Lambda::Lambda(Options function, Location where) : options(std::move(function)) {
  if (!options)
    throw ArgumentError("Lambda", "the function is empty", "a default-constructed std::function", "", where);
}

Tensor Sequential::forward(const Tensor& x) {
  Tensor value = x;
  for (const Child& child : children_) value = child.module->run(value);
  return value;
}

Module& Sequential::at(std::int64_t index, Location where) const {
  const auto count = static_cast<std::int64_t>(children_.size());
  if (index < -count || index >= count)
    throw ArgumentError("Sequential", "there is no module at this index",
                        std::to_string(index) + " of " + std::to_string(count), "", where);
  return *children_[static_cast<std::size_t>(index < 0 ? index + count : index)].module;
}

std::unique_ptr<Sequential> Sequential::clone() const {
  auto copy = std::make_unique<Sequential>();
  for (const Child& child : children_) {
    if (!child.cloner)
      throw ArgumentError("clone", "a module cannot be copied", "'" + child.name + "' is a " + child.module->name(),
                          "It needs options that it can be made from, a default constructor or a clone()");
    copy->add_child(Name(child.name), child.cloner(*child.module), child.cloner);
  }
  copy->copy_from(*this);
  return copy;
}

}  // namespace triptych::eager::nn
