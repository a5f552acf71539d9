#include "api_keras/saving/registry.h"

#include <algorithm>
#include <mutex>

#include "api_keras/names.h"
#include "core/support/fork.h"
#include "core/support/scopes.h"

namespace triptych::keras {
namespace {

template <class Function>
struct Entry {
  std::string name, registered_name;
  Function function;
};

std::mutex& mutex = process_mutex();
std::vector<Entry<saving::LayerMaker>> classes;
std::vector<Entry<std::function<Tensor(const Tensor&)>>> functions;
constinit thread_local const saving::CustomObjects* of_scope = nullptr;  // of the innermost one

template <class Function>
const Entry<Function>* find(const std::vector<Entry<Function>>& entries, const std::string& name) {
  for (const Entry<Function>& entry : entries)
    if (entry.registered_name == name || entry.name == name) return &entry;
  return nullptr;
}

/// A second registration of one name takes the first one's place, as in Keras.
template <class Function>
void enter(std::vector<Entry<Function>>& entries, std::string own_name, Function function,
           const saving::RegisterOptions& options, Location where) {
  std::string name = options.name.empty() ? std::move(own_name) : std::string(options.name);
  for (const std::string& part : {name, std::string(options.package)})
    if (part.empty() || part.find('>') != std::string::npos)
      throw ArgumentError("register_keras_serializable", "a name is empty, or has a '>'", "'" + part + "'",
                          "Files call an object 'package>name'", where);
  std::string registered = options.package + ">" + name;
  const std::lock_guard lock(mutex);
  std::erase_if(entries, [&](const Entry<Function>& entry) { return entry.registered_name == registered; });
  entries.insert(entries.begin(), Entry<Function>{std::move(name), std::move(registered), std::move(function)});
}

}  // namespace

saving::LayerMaker maker_of(const std::string& registered_name, const std::string& class_name) {
  saving::LayerMaker maker;
  open_scopes().each(of_scope, [&](const saving::CustomObjects* objects) {
    for (const std::string& name : {registered_name, class_name})
      if (const auto found = objects->find(name); !maker && !name.empty() && found != objects->end())
        maker = found->second;
  });
  if (maker) return maker;
  const std::lock_guard lock(mutex);
  for (const std::string& name : {registered_name, class_name})
    if (const auto* entry = name.empty() ? nullptr : find(classes, name)) return entry->function;
  return {};
}

std::string registered_name_of_class(const std::string& class_name) {
  const std::lock_guard lock(mutex);
  const auto* entry = find(classes, class_name);
  return entry ? entry->registered_name : "";
}
std::string registered_name_of_function(const std::string& name) {
  const std::lock_guard lock(mutex);
  const auto* entry = find(functions, name);
  return entry ? entry->registered_name : "";
}
std::function<Tensor(const Tensor&)> registered_function(const std::string& name) {
  const std::lock_guard lock(mutex);
  const auto* entry = find(functions, name);
  return entry ? entry->function : nullptr;
}

namespace saving {

std::string detail::class_name_of(const std::type_info& type) { return keras::class_name_of(type); }

void register_keras_serializable(OwnedText class_name, LayerMaker maker, RegisterOptions options, Location where) {
  enter(classes, std::move(class_name), not_empty(std::move(maker), "register_keras_serializable", where), options,
        where);
}
void register_keras_serializable(OwnedText name, std::function<Tensor(const Tensor&)> function, RegisterOptions options,
                                 Location where) {
  enter(functions, std::move(name), not_empty(std::move(function), "register_keras_serializable", where), options,
        where);
}

std::vector<std::string> get_custom_objects() {
  std::vector<std::string> names;
  open_scopes().each(of_scope, [&](const CustomObjects* objects) {
    for (const auto& [name, maker] : *objects) names.push_back(name);
  });
  const std::lock_guard lock(mutex);
  for (const auto& entry : classes) names.push_back(entry.registered_name);
  for (const auto& entry : functions) names.push_back(entry.registered_name);
  return names;
}

std::string get_registered_name(const OwnedText& class_name) {
  const std::string name = registered_name_of_class(class_name);
  return name.empty() ? registered_name_of_function(class_name) : name;
}

custom_object_scope::custom_object_scope(CustomObjects objects, Location where) {
  for (const auto& [name, maker] : objects)
    if (name.empty() || !maker)
      throw ArgumentError("custom_object_scope", "a class has no name, or no function that makes it", "'" + name + "'",
                          "", where);
  auto kept = std::make_shared<const CustomObjects>(std::move(objects));
  const CustomObjects* inside = kept.get();
  open_scopes().begin(this, of_scope, inside, std::move(kept));
}
custom_object_scope::~custom_object_scope() { end_scope(this); }

}  // namespace saving
}  // namespace triptych::keras
