#include <iterator>
#include <utility>

#include "core/support/near_names.h"
#include "triptych/core/io.h"

namespace triptych {

StateDict::StateDict(std::initializer_list<Item> items, Location where) {
  for (const auto& [name, tensor] : items) add(name, tensor, where);
}

StateDict::StateDict(const StateDict& other) : metadata(other.metadata), items_(other.items_) {
  for (auto item = items_.begin(); item != items_.end(); ++item) index_.emplace(item->first, item);
}

StateDict::StateDict(StateDict&& other) noexcept
    : metadata(std::exchange(other.metadata, {})),
      items_(std::exchange(other.items_, {})),
      index_(std::exchange(other.index_, {})) {}

StateDict& StateDict::operator=(StateDict other) noexcept {
  metadata.swap(other.metadata);
  items_.swap(other.items_);
  index_.swap(other.index_);
  return *this;
}

const Tensor* StateDict::find(Text name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &found->second->second;
}

const Tensor& StateDict::at(Text name, Location where) const {
  if (const Tensor* tensor = find(name)) return *tensor;
  const std::string near = near_names(name, names());
  throw ArgumentError("StateDict", "there is no tensor of that name", "'" + std::string(name) + "'",
                      near.empty() ? "It has " + std::to_string(size()) + " tensors" : "It has " + near, where);
}

void StateDict::add(OwnedText name, Tensor tensor, Location where) {
  if (contains(name))
    throw ArgumentError("StateDict", "two tensors have one name", "'" + name + "'", "set() replaces a tensor", where);
  items_.emplace_back(std::move(name), std::move(tensor));
  try {
    index_.emplace(items_.back().first, std::prev(items_.end()));
  } catch (...) {
    items_.pop_back();
    throw;
  }
}

void StateDict::set(OwnedText name, Tensor tensor) {
  if (const auto found = index_.find(name); found != index_.end())
    found->second->second = std::move(tensor);
  else
    add(std::move(name), std::move(tensor));
}

bool StateDict::erase(Text name) {
  const auto found = index_.find(name);
  if (found == index_.end()) return false;
  const auto item = found->second;
  index_.erase(found);  // before the name goes that it looks at
  items_.erase(item);
  return true;
}

std::vector<std::string> StateDict::names() const {
  std::vector<std::string> result;
  result.reserve(items_.size());
  for (const auto& [name, tensor] : items_) result.push_back(name);
  return result;
}

}  // namespace triptych
