#include "triptych/core/checkpoint.h"

#include <algorithm>

#include "core/dispatch/backend.h"
#include "core/support/near_names.h"

namespace triptych {
namespace {

/// The key of the metadata that lists the parts, one in each line, so that empty ones are there, too.
constexpr const char* parts_key = "triptych.parts";

StateDict moved(StateDict state, Device device, Location where) {
  const Frame frame(where);
  for (const std::string& name : state.names()) state.set(name, on_device(*state.find(name), device));
  return state;
}

}  // namespace

StateDict load(const OwnedText& path, Device map_location, Location where) {
  return moved(load(path, where), map_location, where);
}

Checkpoint::Checkpoint(std::initializer_list<Part> parts, Location where) {
  for (const auto& [name, part] : parts) {
    if (contains(name))
      throw ArgumentError("Checkpoint", "two parts have one name", "'" + name + "'", "set() replaces a part", where);
    set(name, part, where);
  }
}

const StateDict& Checkpoint::at(Text name, Location where) const {
  for (const auto& [known, part] : parts_)
    if (known == name) return part;
  const std::vector<std::string> all = names();
  std::string hint;
  for (const std::string& known : all) hint += (hint.empty() ? "It has '" : ", '") + known + "'";
  throw ArgumentError("Checkpoint", "there is no part of that name", "'" + std::string(name) + "'", hint, where);
}

bool Checkpoint::contains(Text name) const {
  return std::any_of(parts_.begin(), parts_.end(), [&](const Part& part) { return part.first == name; });
}

void Checkpoint::set(OwnedText name, StateDict part, Location where) {
  if (name.empty() || name.find_first_of("/\n") != std::string::npos)
    throw ArgumentError("Checkpoint", "the name of a part is empty, or has a slash or a line break", "'" + name + "'",
                        "", where);
  for (auto& [known, old] : parts_)
    if (known == name) {
      old = std::move(part);
      return;
    }
  parts_.emplace_back(std::move(name), std::move(part));
}

std::vector<std::string> Checkpoint::names() const {
  std::vector<std::string> result;
  for (const Part& part : parts_) result.push_back(part.first);
  return result;
}

void save(const Checkpoint& checkpoint, const OwnedText& path, Location where) {
  StateDict all;
  std::string parts;
  for (const std::string& name : checkpoint.names()) {
    const StateDict& part = checkpoint.at(name, where);
    for (const auto& [key, tensor] : part) all.add(name + "/" + key, tensor, where);
    for (const auto& [key, text] : part.metadata) all.metadata[name + "/" + key] = text;
    parts += name + "\n";
  }
  all.metadata[parts_key] = parts;
  save(all, path, where);
}

Checkpoint load_checkpoint(const OwnedText& path, Location where) {
  StateDict all = load(path, where);
  const auto parts = all.metadata.find(parts_key);
  if (parts == all.metadata.end())
    throw ArgumentError("load_checkpoint", "the file holds no checkpoint of several parts", "'" + path + "'",
                        "load() reads a single StateDict", where);
  Checkpoint checkpoint;
  for (std::size_t at = 0; at < parts->second.size();) {
    const std::size_t end = std::min(parts->second.find('\n', at), parts->second.size());
    const std::string name = parts->second.substr(at, end - at), prefix = name + "/";
    StateDict part;
    for (const auto& [key, tensor] : all)
      if (key.starts_with(prefix)) part.add(key.substr(prefix.size()), tensor, where);
    for (const auto& [key, text] : all.metadata)
      if (key.starts_with(prefix)) part.metadata[key.substr(prefix.size())] = text;
    checkpoint.set(name, std::move(part), where);
    at = end + 1;
  }
  return checkpoint;
}

Checkpoint load_checkpoint(const OwnedText& path, Device map_location, Location where) {
  Checkpoint checkpoint = load_checkpoint(path, where);
  for (const std::string& name : checkpoint.names())
    checkpoint.set(name, moved(checkpoint.at(name, where), map_location, where), where);
  return checkpoint;
}

}  // namespace triptych
