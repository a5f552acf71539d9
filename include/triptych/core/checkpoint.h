// Whole trainings in one file: several state dictionaries by name, and where loaded tensors go.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/device.h"
#include "triptych/core/io.h"
#include "triptych/core/text.h"

namespace triptych {

/// `load`, with all tensors on `map_location`. ArgumentError, too, if there is no such device.
TRIPTYCH_API StateDict load(const OwnedText& path, Device map_location, Location where = Location::here());

/// The name of a part, with the line that asks for it.
struct PartName {
  PartName(const char* text, Location where = Location::here()) : text(not_null(text, where)), where(where) {}
  PartName(std::string text, Location where = Location::here()) : text(std::move(text)), where(where) {}
  PartName(std::nullptr_t) = delete;
  std::string text;
  Location where;
};

/// What a training consists of, as torch.save's dictionary: `{{"model", model.state_dict()}, {"optimizer",
/// optimizer.state_dict()}, {"loader", loader.state_dict()}, {"random", {{"state", generator.get_state()}}}}`.
class TRIPTYCH_API Checkpoint {
 public:
  using Part = std::pair<std::string, StateDict>;

  Checkpoint() = default;
  /// ArgumentError if a name is empty or has a slash, or two parts have one name.
  Checkpoint(std::initializer_list<Part> parts, Location where = Location::here());

  /// The part called `name`; ArgumentError if there is none.
  const StateDict& at(Text name, Location where = Location::here()) const;
  const StateDict& operator[](const PartName& name) const { return at(name.text, name.where); }
  bool contains(Text name) const;
  void set(OwnedText name, StateDict part, Location where = Location::here());
  std::vector<std::string> names() const;

 private:
  std::vector<Part> parts_;
};

/// Writes all parts as one safetensors file, whole or not at all: a tensor is called "part/name". Errors are those of
/// `save` of a StateDict.
TRIPTYCH_API void save(const Checkpoint& checkpoint, const OwnedText& path, Location where = Location::here());
/// Reads it back. ArgumentError, too, if the file is none that `save` of a Checkpoint wrote.
TRIPTYCH_API Checkpoint load_checkpoint(const OwnedText& path, Location where = Location::here());
TRIPTYCH_API Checkpoint load_checkpoint(const OwnedText& path, Device map_location, Location where = Location::here());

}  // namespace triptych
