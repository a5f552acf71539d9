// The span of an op that runs, with what a profile may ask of it besides.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/support/span.h"
#include "triptych/core/op.h"

namespace triptych {

class OpSpan {
 public:
  OpSpan(const Op& op, Location where) : span_(SpanKind::op, op.name, where) {}

  /// Tells shapes and operations, once the outputs are known; `operand(i)` gives a TensorMeta.
  template <class Input, class Output>
  void tell(const Op& op, const void* attributes, std::size_t inputs, const Input& input, std::size_t outputs,
            const Output& output) {
    if (!span_.record()) [[likely]]
      return;
    std::vector<const TensorMeta*> in, out;
    for (std::size_t i = 0; i < inputs; ++i) in.push_back(&input(i));
    for (std::size_t i = 0; i < outputs; ++i) out.push_back(&output(i));
    tell(op, attributes, in, out);
  }
  bool recorded() const { return span_.record() != nullptr; }
  /// The node of a graph that it belongs to.
  void note(std::string text) { span_.record()->note = std::move(text); }

 private:
  void tell(const Op& op, const void* attributes, const std::vector<const TensorMeta*>& inputs,
            const std::vector<const TensorMeta*>& outputs);

  Span span_;
};

}  // namespace triptych
