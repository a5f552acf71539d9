#include "core/dispatch/op_span.h"

#include "core/graph/cost.h"

namespace triptych {
namespace {

std::string text_of(const Shape& shape) {
  std::string text;
  for (const std::int64_t length : shape) text += (text.empty() ? "" : ", ") + std::to_string(length);
  return "[" + text + "]";
}

}  // namespace

void OpSpan::tell(const Op& op, const void* attributes, const std::vector<const TensorMeta*>& inputs,
                  const std::vector<const TensorMeta*>& outputs) {
  const RecordingOptions options = recording_options();
  SpanRecord& record = *span_.record();
  if (options.shapes)
    for (const TensorMeta* meta : inputs) record.input_shapes.push_back(text_of(meta->shape));
  if (options.flops && !outputs.empty())
    record.flops = static_cast<std::int64_t>(cost_of(op, inputs, outputs, attributes).flops);
}

}  // namespace triptych
