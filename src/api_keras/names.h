// Names of layers and models, as Keras makes them.
#pragma once

#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include "triptych/core/location.h"

namespace triptych::keras {

/// Files hold an optimizer's state under this name, so no layer has it.
inline constexpr const char* optimizer_folder = "optimizer";

/// "MaxPooling2D" -> "max_pooling2d".
std::string to_snake_case(std::string_view class_name);
/// `base` the first time that it is asked for, then "base_1", "base_2", ...
std::string unique_name(const std::string& base);
/// "true_divide" for the op "div": what Keras calls the operation.
std::string operation_name(std::string_view op);
/// "true_divide" -> "TrueDivide".
std::string to_camel_case(std::string_view name);
/// The last part of a class's name, without namespaces.
std::string class_name_of(const std::type_info& type);
/// It is a class of the library.
bool is_built_in(const std::type_info& type);
/// "`a`, `b` and `c`", for errors that list what there is.
std::string quoted_list(const std::vector<std::string>& names);
/// ArgumentError: there is no `what` ("loss") called `name`. It lists the `names` that there are, the nearest first.
[[noreturn]] void no_such(const char* what, const std::string& name, const std::vector<std::string>& names,
                          Location where);

}  // namespace triptych::keras
