// Classes and functions of users by their names in files.
#pragma once

#include <functional>
#include <string>
#include <typeinfo>
#include <vector>

#include "triptych/keras/saving.h"

namespace triptych::keras {

/// Gets what these names stand for, the innermost scope first, until it says that this is it.
using CustomObjectVisitor = std::function<bool(const saving::CustomObject& object)>;
void visit_custom_objects(const std::vector<std::string>& names, const CustomObjectVisitor& visitor);

/// The function of this signature that one of the names stands for; empty if there is none.
template <class Signature>
std::function<Signature> custom_function(const std::vector<std::string>& names) {
  std::function<Signature> found;
  visit_custom_objects(names, [&](const saving::CustomObject& object) {
    if (const auto* function = object.as<Signature>()) found = *function;
    return static_cast<bool>(found);
  });
  return found;
}

/// "package>name" of a registered class or function; "" of others.
std::string registered_name_of(const std::string& name);
/// The same of an object of this class; "" of the library's own classes, whatever is registered.
std::string registered_name_of(const std::type_info& type, const std::string& class_name);
/// Whether an activation of this name is the library's, whatever is registered.
bool is_built_in_activation(const std::string& name);

}  // namespace triptych::keras
