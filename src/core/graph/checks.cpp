#include "core/graph/checks.h"

#include <charconv>
#include <iostream>

#include "core/dispatch/backend.h"
#include "core/dispatch/check_numerics.h"
#include "core/dispatch/modes.h"
#include "core/graph/graph.h"
#include "core/graph/operand_value.h"
#include "core/graph/subgraph_trace.h"

namespace triptych {
namespace {

void assert_infer(Infer& infer) {
  infer.check(infer.dtype(0) == boolean, "the condition is not boolean", "Compare something");
}

void assert_run(const KernelCall& call) {
  const auto& a = call.attributes_as<AssertAttributes>();
  const Tensor condition = value_of(call.inputs[0]);
  const auto* holds = static_cast<const bool*>(condition.impl()->data());
  if (std::all_of(holds, holds + condition.numel(), [](bool one) { return one; })) return;
  std::string given;
  for (const Operand& data : call.inputs.subspan(1))
    given += (given.empty() ? "" : ", ") + printed_elements(value_of(data), a.summarize);
  throw ArgumentError(a.op, a.message, given.empty() ? std::string("no data") : given, "", modes.frame);
}

void print_infer(Infer&) {}

void print_run(const KernelCall& call) {
  const auto& a = call.attributes_as<PrintAttributes>();
  std::string text = a.texts[0];
  for (std::size_t i = 0; i < call.inputs.size(); ++i)
    text += printed_elements(value_of(call.inputs[i]), a.summarize) + a.texts[i + 1];
  (a.stream ? *a.stream : std::cerr) << text << std::flush;
}

void check_numerics_infer(Infer& infer) {
  infer.check(is_floating(infer.dtype(0)), "the dtype is not floating-point", "Other numbers are finite");
  infer.output(0, infer.shape(0), infer.dtype(0));
}

void check_numerics_run(const KernelCall& call) {
  const auto& a = call.attributes_as<FiniteAttributes>();
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  if (const char* const found = not_finite_in(x))
    throw ArgumentError(a.op, a.message.empty() ? "the tensor is not finite" : a.message + ": the tensor is not finite",
                        std::string(found) + " in " + std::string(dtype_name(x.dtype())) + " " + x.shape().text(), "",
                        modes.frame);
  if (out.data != x.data)
    copy_bytes(out.data, out.meta->device, x.data, x.meta->device,
               static_cast<std::size_t>(x.size()) * size_of(x.dtype()));
}

/// TensorFlow's: the gradient is looked at, too.
void check_numerics_gradient(Gradient& g) {
  const auto& a = g.attributes<FiniteAttributes>();
  const std::string of = a.message.empty() ? "in a gradient" : "in the gradient of " + a.message;
  g.set(0, apply_check_numerics(g.upstream(), {a.op, of}, {}));
}

const Kernel assert_kernel{.run = assert_run}, print_kernel{.run = print_run},
    check_numerics_kernel{.run = check_numerics_run, .donates = 0b1};

/// They run on the host, wherever their operands are.
void register_for_all_devices(const Op& op, const Kernel& kernel) {
  for (auto& slot : op.kernels) slot.store(&kernel, std::memory_order_release);
}

class Printer {
 public:
  Printer(const Tensor& tensor, std::int64_t summarize) : tensor_(tensor), summarize_(summarize) {}
  std::string text() {
    part(0, 0);
    return std::move(text_);
  }

 private:
  void part(int axis, std::int64_t first) {
    const Shape& shape = tensor_.shape();
    if (axis == shape.rank()) return element(first);
    const std::int64_t length = shape.begin()[axis];
    std::int64_t step = 1;
    for (int i = axis + 1; i < shape.rank(); ++i) step *= shape.begin()[i];
    text_ += "[";
    for (std::int64_t i = 0; i < length; ++i) {
      const std::string line =
          axis + 1 < shape.rank() ? "\n" + std::string(static_cast<std::size_t>(axis) + 1, ' ') : std::string(" ");
      if (i > 0) text_ += line;
      if (summarize_ >= 0 && i == summarize_ && length > 2 * summarize_) {
        text_ += "...";
        i = length - summarize_ - 1;
        continue;
      }
      part(axis + 1, first + i * step);
    }
    text_ += "]";
  }

  void element(std::int64_t i) {
    const void* data = tensor_.impl()->data();
    char text[48];
    switch (tensor_.dtype()) {
      case boolean:
        text_ += static_cast<const bool*>(data)[i] ? "1" : "0";
        return;
      case int32:
        text_ += std::to_string(static_cast<const std::int32_t*>(data)[i]);
        return;
      case int64:
        text_ += std::to_string(static_cast<const std::int64_t*>(data)[i]);
        return;
      case float32:
        text_.append(text, std::to_chars(text, text + sizeof text, static_cast<const float*>(data)[i]).ptr);
        return;
      default:
        break;
    }
    if (values_.empty()) values_ = tensor_.to_vector<double>();
    text_.append(text, std::to_chars(text, text + sizeof text, values_[static_cast<std::size_t>(i)]).ptr);
  }

  const Tensor& tensor_;
  std::int64_t summarize_;
  std::string text_;
  std::vector<double> values_;
};

}  // namespace

extern const Op assert_op{.name = "Assert",
                          .inputs = 1,
                          .max_inputs = any_number,
                          .attributes = &attribute_type<AssertAttributes>,
                          .infer = assert_infer,
                          .gradient_stops = true,
                          .stateful = true,
                          .can_fail = true};
extern const Op print_op{.name = "print",
                         .inputs = 0,
                         .max_inputs = any_number,
                         .attributes = &attribute_type<PrintAttributes>,
                         .infer = print_infer,
                         .gradient_stops = true,
                         .stateful = true};
extern const Op check_numerics_op{.name = "check_numerics",
                                  .inputs = 1,
                                  .attributes = &attribute_type<FiniteAttributes>,
                                  .infer = check_numerics_infer,
                                  .gradient = check_numerics_gradient,
                                  .can_fail = true};

Tensor apply_check_numerics(const Tensor& x, const FiniteAttributes& attributes, Location where) {
  load_check_kernels();
  Tensor result;
  apply(check_numerics_op, {&x, 1}, &attributes, {&result, 1}, where);
  return result;
}

std::string printed_elements(const Tensor& tensor, std::int64_t summarize) {
  const Tensor dense = contiguous_now(tensor);
  return Printer(dense, summarize).text();
}

void load_check_kernels() {
  static const bool registered = [] {
    register_for_all_devices(assert_op, assert_kernel);
    register_for_all_devices(print_op, print_kernel);
    register_for_all_devices(check_numerics_op, check_numerics_kernel);
    return true;
  }();
  static_cast<void>(registered);
}

Tensor apply_check(const Op& op, std::span<const Tensor> inputs, const void* attributes, Location where) {
  load_check_kernels();
  GraphImpl* graph = graph_around(inputs);
  const FrameAt line(where);
  if (!graph) {
    std::vector<Tensor> here(inputs.begin(), inputs.end());
    apply(op, here, attributes, {}, where);
    return {};
  }
  append(*graph, op, inputs, attributes, {}, where);
  return graph->handle(*graph->nodes.back());
}

}  // namespace triptych
