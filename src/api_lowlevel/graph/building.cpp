#include "triptych/lowlevel/building.h"

#include <cctype>
#include <string>

#include "core/graph/graph.h"
#include "core/ops/ops.h"
#include "triptych/core/error.h"

namespace triptych::lowlevel {

Tensor placeholder_with_default(const Arg& input, const Shape& shape, Text name) {
  const Location where = input.where();
  const DType of_number = is_floating(input.scalar().dtype()) ? float32 : input.scalar().dtype();
  const Tensor value = input.is_scalar() ? number_as(of_number, "placeholder_with_default", input, {}) : input.tensor();
  if (!value.defined() || !value.is_symbolic())
    return get_default_graph().placeholder(name, value.dtype(where), shape, value, where);
  if (!value.shape().compatible(shape))
    throw ArgumentError("placeholder_with_default", "the shape does not fit the default value",
                        shape.text() + " for '" + name_of(value) + "' " + value.shape().text(), "", where);
  const NameScope scope(graph_of(value), name);
  return identity(Arg(value, where));
}

DeviceScope device(Text device_name, Location where) {
  std::string name;
  for (const char c : std::string_view(device_name))
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (name.starts_with("/device:"))
    name.erase(0, 8);
  else if (name.starts_with("/"))
    name.erase(0, 1);
  if (name == "cpu:0") name = "cpu";
  if (name.starts_with("gpu")) name.replace(0, 3, "cuda");
  return DeviceScope(Device::from_text(name, where));
}

}  // namespace triptych::lowlevel
