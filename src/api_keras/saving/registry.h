// Classes and functions of users by their names in files.
#pragma once

#include <functional>
#include <string>

#include "triptych/keras/saving.h"

namespace triptych::keras {

/// The maker of a class, by its registered name or its own; empty if there is none.
saving::LayerMaker maker_of(const std::string& registered_name, const std::string& class_name);
/// "package>name"; "" if the class is not registered.
std::string registered_name_of_class(const std::string& class_name);
std::string registered_name_of_function(const std::string& name);
/// Empty if there is none.
std::function<Tensor(const Tensor&)> registered_function(const std::string& name);

}  // namespace triptych::keras
