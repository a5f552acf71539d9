#include "core/dispatch/infer.h"

#include "core/memory/allocator.h"
#include "core/support/error_context.h"

namespace triptych {

Prepared::~Prepared() = default;

int Infer::axis(std::int64_t axis, int rank) const {
  if (axis < -rank || axis >= rank)
    fail("the axis is out of range", "axis " + std::to_string(axis) + ", " + given(),
         rank ? "Axes run from " + std::to_string(-rank) + " to " + std::to_string(rank - 1)
              : "A 0-d tensor has no axes");
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

void Infer::check_outputs(int count) const {
  if (output_count() != count)
    throw InternalError(op_.name, "wrong number of outputs",
                        std::to_string(output_count()) + " wanted, " + std::to_string(count) + " expected", "", where_);
}

void Infer::out_of_range(int i, std::size_t count) const {
  throw InternalError(op_.name, "infer asks for what the op was not given",
                      "number " + std::to_string(i) + " of " + std::to_string(count), "", where_);
}

void Infer::fail(std::string_view rule, std::string_view given, std::string_view hint) const {
  throw ArgumentError(op_.name, rule, given, hint, where_);
}

std::string Infer::given() const {
  std::string text = inputs_.size() == 1 ? "the input is " : "inputs are ";
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (i) text += ", ";
    text.append(dtype_name(inputs_[i]->dtype)).append(" ").append(inputs_[i]->shape.text());
  }
  return text;
}

void infer_outputs(const Op& op, std::span<const TensorMeta* const> inputs, const void* attributes,
                   std::span<TensorMeta> outputs, Location where) {
  if (!op.infer) return;
  const Frame frame(where);
  const Called called(op.name);
  Infer infer(op, inputs, attributes, outputs, where);
  op.infer(infer);
}

Scratch::Scratch(std::size_t bytes) : data_(cached_allocate(bytes)), bytes_(bytes) {}
Scratch::~Scratch() { cached_free(data_, bytes_); }

}  // namespace triptych
