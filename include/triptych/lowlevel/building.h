// What a TensorFlow 1 program builds the default graph with: tf.placeholder, tf.assign, tf.name_scope. Each is the
// method of Graph, for the graph of the innermost as_default.
#pragma once

#include "triptych/core/device.h"
#include "triptych/core/ops.h"
#include "triptych/core/text.h"
#include "triptych/lowlevel/collections.h"
#include "triptych/lowlevel/graph.h"

namespace triptych::lowlevel {

/// A value that is fed when the graph runs; dimensions may be `unknown`.
inline Tensor placeholder(DType dtype, const Shape& shape, Text name = "Placeholder",
                          Location where = Location::here()) {
  return get_default_graph().placeholder(name, dtype, shape, {}, where);
}
/// One that has the value of `input`, a tensor of the graph or a computed one, unless it is fed. ArgumentError if its
/// shape does not fit.
TRIPTYCH_API Tensor placeholder_with_default(const Arg& input, const Shape& shape,
                                             Text name = "PlaceholderWithDefault");
/// Runs nothing; something to fetch, or to depend on.
inline Tensor no_op(Text name = "NoOp", Location where = Location::here()) {
  return get_default_graph().no_op(name, where);
}

/// `auto scope = tf::name_scope("net");`
inline NameScope name_scope(Text name) { return NameScope(get_default_graph(), name); }
/// `auto after = tf::control_dependencies({update});`
inline ControlDependencies control_dependencies(const TensorList& control_inputs, Location where = Location::here()) {
  return ControlDependencies(get_default_graph(), control_inputs, where);
}
/// `auto on = tf::device("/gpu:0");`: "/cpu:0", "/gpu:1", "/device:GPU:1", or a name of Device::from_text, whose errors
/// it has.
TRIPTYCH_API DeviceScope device(Text device_name, Location where = Location::here());
inline DeviceScope device(Device device) { return DeviceScope(device); }

namespace root {
using triptych::assign;
using triptych::assign_add;
using triptych::assign_sub;
}  // namespace root
using namespace root;

}  // namespace triptych::lowlevel
