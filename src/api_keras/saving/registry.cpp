#include "api_keras/saving/registry.h"

#include <algorithm>
#include <mutex>

#include "api_keras/names.h"
#include "core/support/fork.h"
#include "core/support/scopes.h"

namespace triptych::keras {
namespace {

struct Entry {
  std::string name, registered_name;
  saving::CustomObject object;
};

std::mutex& mutex = process_mutex();
std::vector<Entry> entries;                                              // the latest first
constinit thread_local const saving::CustomObjects* of_scope = nullptr;  // of the innermost one

}  // namespace

void visit_custom_objects(const std::string& name, const std::string& class_name, const CustomObjectVisitor& visitor) {
  bool found = false;
  open_scopes().each(of_scope, [&](const saving::CustomObjects* objects) {
    for (const std::string& key : {name, class_name})
      if (const auto object = objects->find(key); !found && object != objects->end()) found = visitor(object->second);
  });
  const std::lock_guard lock(mutex);
  for (const Entry& entry : entries)
    if (!found && !name.empty() && (entry.registered_name == name || entry.name == name)) found = visitor(entry.object);
}

std::string registered_name_of(const std::string& name, bool (*is_of_kind)(const saving::CustomObject& object)) {
  const std::lock_guard lock(mutex);
  const auto entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& known) {
    return (known.registered_name == name || known.name == name) && is_of_kind(known.object);
  });
  return entry == entries.end() ? "" : entry->registered_name;
}

namespace saving {

std::string detail::class_name_of(const std::type_info& type) { return keras::class_name_of(type); }

/// A second registration of one name takes the first one's place, as in Keras.
void register_keras_serializable(OwnedText own_name, CustomObject object, RegisterOptions options, Location where) {
  if (!object)
    throw ArgumentError("register_keras_serializable", "the function is empty", "a null function or pointer", "",
                        where);
  std::string name = options.name.empty() ? std::move(own_name) : std::string(options.name);
  for (const std::string& part : {name, std::string(options.package)})
    if (part.empty() || part.find('>') != std::string::npos)
      throw ArgumentError("register_keras_serializable", "a name is empty, or has a '>'", "'" + part + "'",
                          "Files call an object 'package>name'", where);
  std::string registered = options.package + ">" + name;
  const std::lock_guard lock(mutex);
  std::erase_if(entries, [&](const Entry& entry) { return entry.registered_name == registered; });
  entries.insert(entries.begin(), Entry{std::move(name), std::move(registered), std::move(object)});
}

std::vector<std::string> get_custom_objects() {
  std::vector<std::string> names;
  open_scopes().each(of_scope, [&](const CustomObjects* objects) {
    for (const auto& [name, object] : *objects) names.push_back(name);
  });
  const std::lock_guard lock(mutex);
  for (const Entry& entry : entries) names.push_back(entry.registered_name);
  return names;
}

std::string get_registered_name(const OwnedText& class_name) {
  return registered_name_of(class_name, [](const CustomObject&) { return true; });
}

custom_object_scope::custom_object_scope(CustomObjects objects, Location where) {
  for (const auto& [name, object] : objects)
    if (name.empty() || !object)
      throw ArgumentError("custom_object_scope", "a class has no name, or no function that makes it", "'" + name + "'",
                          "", where);
  auto kept = std::make_shared<const CustomObjects>(std::move(objects));
  const CustomObjects* inside = kept.get();
  open_scopes().begin(this, of_scope, inside, std::move(kept));
}
custom_object_scope::~custom_object_scope() { end_scope(this); }

}  // namespace saving
}  // namespace triptych::keras
