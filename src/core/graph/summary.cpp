#include "core/graph/summary.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/dispatch/backend.h"
#include "core/dispatch/modes.h"
#include "core/formats/summary.h"
#include "core/graph/graph.h"
#include "core/graph/operand_value.h"
#include "core/graph/subgraph_trace.h"

namespace triptych {
namespace {

void infer_bytes(Infer& infer) {
  infer.place(0, Device());
  infer.output(0, {unknown}, uint8);
}

void scalar_infer(Infer& infer) {
  const Shape& shape = infer.shape(0);
  infer.check(std::all_of(shape.begin(), shape.end(), [](std::int64_t d) { return d == 1 || d < 0; }),
              "the tensor has not one element", "A histogram shows several");
  infer_bytes(infer);
}

void image_infer(Infer& infer) {
  const Shape& shape = infer.shape(0);
  infer.check(shape.rank() == 4, "the images are not of shape (n, height, width, channels)");
  const std::int64_t channels = shape.begin()[3];
  infer.check(channels < 0 || channels == 1 || channels == 3 || channels == 4,
              "the images have neither 1, 3 nor 4 channels", "They are the last dimension");
  infer.check(infer.dtype(0) == uint8 || is_floating(infer.dtype(0)), "the images are neither uint8 nor floating");
  infer.check(infer.attributes<SummaryAttributes>().max_outputs >= 1, "max_outputs is below 1");
  infer_bytes(infer);
}

std::string scalar_bytes(const Operand& input, const SummaryAttributes& attributes, Location where) {
  if (input.size() != 1)
    throw ArgumentError(scalar_summary_op.name, "the tensor has not one element",
                        "'" + attributes.tag + "' is of shape " + input.shape().text(), "", where);
  return scalar_summary(attributes.tag, value_of(input).item<double>());
}

std::string histogram_bytes(const Operand& input, const SummaryAttributes& attributes, Location where) {
  const std::vector<double> values = value_of(input).to_vector<double>();
  for (const double value : values)
    if (!std::isfinite(value))
      throw ArgumentError(histogram_summary_op.name, "a value is not finite",
                          "'" + attributes.tag + "' has a " + (std::isnan(value) ? "NaN" : "infinity"), "", where);
  return histogram_summary(attributes.tag, tensorflow_histogram(values));
}

/// Floats become bytes as TensorFlow has it: the largest is 255; where there are negative ones, zero is 128, and the
/// farthest from it 1 or 255. What is not finite is red.
void to_bytes(const float* values, std::size_t channels, std::vector<std::uint8_t>& pixels) {
  constexpr float tiny = 1e-6F;
  float least = std::numeric_limits<float>::infinity(), most = -least;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    least = std::min(least, values[i]);
    most = std::max(most, values[i]);
  }
  const bool negative = least < 0;
  const float far = negative ? std::max(std::abs(least), std::abs(most)) : most;
  const float scale = far < tiny ? 0.0F : (negative ? 127.0F : 255.0F) / far;
  const float offset = negative ? 128.0F : 0.0F;
  constexpr std::uint8_t red[] = {255, 0, 0, 255};
  for (std::size_t i = 0; i < pixels.size(); i += channels) {
    const bool finite = std::all_of(values + i, values + i + channels, [](float v) { return std::isfinite(v); });
    for (std::size_t c = 0; c < channels; ++c)
      pixels[i + c] = finite ? static_cast<std::uint8_t>(values[i + c] * scale + offset) : red[c];
  }
}

std::string image_bytes(const Operand& input, const SummaryAttributes& attributes, Location where) {
  const Tensor images = value_of(input);
  const Shape& shape = images.shape();
  Raster image{shape[1], shape[2], shape[3], {}};
  const std::int64_t size = image.height * image.width * image.channels,
                     count = std::min(shape[0], attributes.max_outputs);
  if (size == 0)
    throw ArgumentError(image_summary_op.name, "the images have no pixel",
                        "'" + attributes.tag + "' is of shape " + shape.text(), "", where);
  const bool ready = images.dtype() == uint8;
  const std::vector<float> floats = ready ? std::vector<float>() : images.to_vector<float>();
  std::string bytes;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto first = static_cast<std::size_t>(i * size);
    image.pixels.resize(static_cast<std::size_t>(size));
    if (ready)
      std::memcpy(image.pixels.data(), images.data<std::uint8_t>().data() + first, image.pixels.size());
    else
      to_bytes(floats.data() + first, static_cast<std::size_t>(image.channels), image.pixels);
    const std::string tag = attributes.tag + (attributes.max_outputs == 1 ? "/image" : "/image/" + std::to_string(i));
    bytes += image_summary(tag, image, {image_summary_op.name, where});
  }
  return bytes;
}

/// How long the bytes are is known when they are: they are made twice, since no op may keep anything in between.
template <std::string (*make)(const Operand&, const SummaryAttributes&, Location)>
struct Bytes {
  static void measure(const MeasureCall& call) {
    const auto& attributes = *static_cast<const SummaryAttributes*>(call.attributes);
    call.outputs[0].shape.set(0, static_cast<std::int64_t>(make(call.inputs[0], attributes, modes.frame).size()));
  }
  static void run(const KernelCall& call) {
    const std::string bytes = make(call.inputs[0], call.attributes_as<SummaryAttributes>(), modes.frame);
    std::memcpy(call.outputs[0].data, bytes.data(), bytes.size());
  }
  static inline const Kernel kernel{.run = run, .measure = measure};
};

template <class Op>
void store(const Op& op, const Kernel& kernel) {
  for (auto& slot : op.kernels) slot.store(&kernel, std::memory_order_release);
}

}  // namespace

extern const Op scalar_summary_op{.name = "ScalarSummary",
                                  .attributes = &attribute_type<SummaryAttributes>,
                                  .infer = scalar_infer,
                                  .gradient_stops = true,
                                  .can_fail = true};
extern const Op histogram_summary_op{.name = "HistogramSummary",
                                     .attributes = &attribute_type<SummaryAttributes>,
                                     .infer = infer_bytes,
                                     .gradient_stops = true,
                                     .can_fail = true};
extern const Op image_summary_op{.name = "ImageSummary",
                                 .attributes = &attribute_type<SummaryAttributes>,
                                 .infer = image_infer,
                                 .gradient_stops = true,
                                 .can_fail = true};

void load_summary_kernels() {
  static const bool loaded = [] {
    store(scalar_summary_op, Bytes<scalar_bytes>::kernel);
    store(histogram_summary_op, Bytes<histogram_bytes>::kernel);
    store(image_summary_op, Bytes<image_bytes>::kernel);
    return true;
  }();
  static_cast<void>(loaded);
}

Tensor apply_summary(const Op& op, const Tensor& input, std::string_view name, std::string_view prefix,
                     std::int64_t max_outputs, Location where) {
  load_summary_kernels();
  const SummaryAttributes attributes{std::string(prefix) + std::string(name), max_outputs};
  const FrameAt line(where);
  Tensor result;
  GraphImpl* graph = graph_around({&input, 1});
  if (!graph || !input.defined()) {
    apply(op, {&input, 1}, &attributes, {&result, 1}, where);
    return result;
  }
  append(*graph, op, {&input, 1}, &attributes, {&result, 1}, where);
  Node& node = *result.impl()->node;
  NodeInfo& info = graph->info_of(node);
  info.name = graph->unique_name(name);
  // The name, and with it the tag, is known now that nothing can fail.
  const_cast<SummaryAttributes*>(static_cast<const SummaryAttributes*>(node.attributes))->tag =
      std::string(prefix) + info.name;
  return result;
}

}  // namespace triptych
