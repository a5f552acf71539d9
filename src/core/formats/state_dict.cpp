#include "core/support/near_names.h"
#include "triptych/core/io.h"

namespace triptych {

StateDict::StateDict(std::initializer_list<Item> items) {
  for (const auto& [name, tensor] : items) set(name, tensor);
}

const Tensor* StateDict::find(Text name) const {
  const auto found = index_.find(std::string(name));
  return found == index_.end() ? nullptr : &items_[found->second].second;
}

const Tensor& StateDict::at(Text name, Location where) const {
  if (const Tensor* tensor = find(name)) return *tensor;
  const std::string near = near_names(name, names());
  throw ArgumentError("StateDict", "there is no tensor of that name", "'" + std::string(name) + "'",
                      near.empty() ? "It has " + std::to_string(size()) + " tensors" : "It has " + near, where);
}

void StateDict::set(OwnedText name, Tensor tensor) {
  const auto [entry, is_new] = index_.try_emplace(name, items_.size());
  if (is_new)
    items_.emplace_back(std::move(name), std::move(tensor));
  else
    items_[entry->second].second = std::move(tensor);
}

bool StateDict::erase(Text name) {
  const auto found = index_.find(std::string(name));
  if (found == index_.end()) return false;
  const std::size_t position = found->second;
  items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(position));
  index_.erase(found);
  for (auto& [other, place] : index_)
    if (place > position) --place;
  return true;
}

std::vector<std::string> StateDict::names() const {
  std::vector<std::string> result;
  result.reserve(items_.size());
  for (const auto& [name, tensor] : items_) result.push_back(name);
  return result;
}

}  // namespace triptych
