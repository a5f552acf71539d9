#include "core/graph/graph_def.h"

#include <cmath>
#include <cstdlib>
#include <sstream>

#include "core/formats/protobuf.h"
#include "core/support/printable.h"

namespace triptych {
namespace {

using Zero = Message::Zero;

// Numbers of fields in graph.proto, node_def.proto, attr_value.proto, tensor_shape.proto.
namespace field_of_node {
constexpr int name = 1, op = 2, input = 3, device = 4, attr = 5;
}
namespace field_of_value {
constexpr int list = 1, text = 2, type = 6, shape = 7;
}
// In step_stats.proto.
namespace field_of_device {
constexpr int name = 1, node_stats = 2;
}
namespace field_of_stats {
constexpr int node_name = 1, all_start = 2, op_end = 4, all_end = 5, memory = 6, output = 7, label = 8;
}

/// tensorflow/core/framework/types.proto
std::int64_t type_number(DType dtype) {
  switch (dtype) {
    case float32:
      return 1;
    case float64:
      return 2;
    case int32:
      return 3;
    case uint8:
      return 4;
    case int8:
      return 6;
    case int64:
      return 9;
    case boolean:
      return 10;
    case DType::bfloat16:
      return 14;
    case float16:
      return 19;
  }
  return 0;
}

Message shape_message(const Shape& shape) {
  Message message;
  for (const std::int64_t size : shape) message.message(2, Message().number(1, size < 0 ? -1 : size));
  return message;
}

/// An entry of the map of attributes.
void add_attribute(Message& node, std::string_view key, const Message& value) {
  node.message(field_of_node::attr, Message().text(1, key).message(2, value));
}

std::string input_name(const GraphImpl& graph, const Place& place) {
  const std::string& name = graph.info_of(*place.node).name;
  return valid_utf8(place.output == 0 ? name : name + ":" + std::to_string(place.output));
}

Message node_message(const GraphImpl& graph, const Node& node) {
  const NodeInfo& info = graph.info_of(node);
  Message message;
  message.text(field_of_node::name, valid_utf8(info.name)).text(field_of_node::op, node.op->name);
  for (const Tensor& input : node.inputs()) message.text(field_of_node::input, input_name(graph, place_of(input)));
  for (const Node* before : info.control)
    message.text(field_of_node::input, "^" + valid_utf8(graph.info_of(*before).name));
  if (node.output_count > 0) {
    const Device device = node.outputs()[0].device();
    message.text(field_of_node::device,
                 device.type == Device::Type::cuda ? "/device:GPU:" + std::to_string(device.index) : "/device:CPU:0");
    add_attribute(message, "dtype", Message().number(field_of_value::type, type_number(node.outputs()[0].dtype())));
    Message shapes;
    for (const Tensor& output : node.outputs()) shapes.message(field_of_value::shape, shape_message(output.shape()));
    add_attribute(message, "_output_shapes", Message().message(field_of_value::list, shapes));
  }
  if (node.op->attributes) {
    std::string text;
    node.op->attributes->print(node.attributes, text);
    add_attribute(message, "attributes", Message().text(field_of_value::text, valid_utf8(text), Zero::written));
  }
  return message;
}

/// A TensorDescription (tensor_description.proto) of what a NodeTiming tells of an output: "float32 (3, 2)".
Message described(const std::string& output) {
  std::istringstream words(output);
  std::string word;
  words >> word;
  Message message, shape;
  for (const DType dtype : {float32, float64, int32, uint8, int8, int64, boolean, DType::bfloat16, float16})
    if (word == dtype_name(dtype)) message.number(1, type_number(dtype));
  while (words >> word)
    if (word.find_first_of("0123456789?") != std::string::npos)
      shape.message(2, Message().number(1, std::strtoll(word.c_str() + (word[0] == '('), nullptr, 10)));
  return message.message(2, shape);
}

}  // namespace

std::string run_metadata_message(const RunMetadata& metadata) {
  Message nodes;
  nodes.text(field_of_device::name, "/device:CPU:0");
  for (const NodeTiming& node : metadata.nodes) {
    const auto start = static_cast<std::int64_t>(node.start);
    const auto took = std::max<std::int64_t>(std::llround(node.microseconds), 1);
    Message stats;
    stats.text(field_of_stats::node_name, valid_utf8(node.name))
        .number(field_of_stats::all_start, start)
        .number(field_of_stats::op_end, took)
        .number(field_of_stats::all_end, took)
        .message(field_of_stats::memory, Message().text(1, "allocator").number(2, node.output_bytes));
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
      stats.message(field_of_stats::output,
                    Message().number(1, static_cast<std::int64_t>(i)).message(3, described(node.outputs[i])));
    nodes.message(field_of_device::node_stats,
                  stats.text(field_of_stats::label, valid_utf8(node.name + " = " + node.op)));
  }
  return Message().message(1, Message().message(1, nodes)).bytes();
}

std::string graph_def(const GraphImpl& graph) {
  Message message;
  for (const auto& node : graph.nodes) message.message(1, node_message(graph, *node));
  constexpr std::int64_t producer = 22;  // the version of TensorFlow's graphs that these look like
  return message.message(4, Message().number(1, producer)).bytes();
}

}  // namespace triptych
