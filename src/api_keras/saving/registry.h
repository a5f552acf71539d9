// Classes and functions of users by their names in files.
#pragma once

#include <functional>
#include <string>
#include <typeinfo>
#include <vector>

#include "triptych/keras/saving.h"

namespace triptych::keras {

/// Gets what `name` stands for, the innermost scope first, whose names are those of classes too, until it says that
/// this is it.
using CustomObjectVisitor = std::function<bool(const saving::CustomObject& object)>;
void visit_custom_objects(const std::string& name, const std::string& class_name, const CustomObjectVisitor& visitor);

/// The function of this signature that the name stands for, with or without a package; empty if there is none.
template <class Signature>
std::function<Signature> custom_function(const std::string& name, const std::string& class_name = "") {
  std::function<Signature> found;
  visit_custom_objects(name, class_name, [&](const saving::CustomObject& object) {
    if (const auto* function = object.as<Signature>()) found = *function;
    return static_cast<bool>(found);
  });
  return found;
}

/// "package>name" of what is registered as `name`, with or without the package, and is of this kind; "" of others.
std::string registered_name_of(const std::string& name, bool (*is_of_kind)(const saving::CustomObject& object));
/// Of a function, or what makes objects, of this signature.
template <class Signature>
std::string registered_name_of(const std::string& name) {
  return registered_name_of(name, [](const saving::CustomObject& object) { return object.as<Signature>() != nullptr; });
}
/// Whether an activation of this name is the library's, whatever is registered.
bool is_built_in_activation(const std::string& name);

}  // namespace triptych::keras
