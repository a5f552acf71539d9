#include "triptych/lowlevel/checks.h"

#include <algorithm>

#include "core/graph/checks.h"
#include "core/graph/control_flow.h"
#include "core/graph/graph.h"
#include "core/ops/ops.h"
#include "triptych/core/control_flow.h"
#include "triptych/core/ops.h"

namespace triptych::lowlevel {
namespace {

/// A number beside a tensor has that one's dtype.
Tensor beside(const char* op, const Arg& value, const Arg& other) {
  if (!value.is_scalar()) return value.tensor();
  if (other.is_scalar()) return triptych::detail::number_tensor(value.scalar(), false, value.where());
  return number_as(other.tensor().dtype(), op, value, other.tensor().device());
}

std::string with(const std::string& message, std::string_view wrong) {
  return message.empty() ? std::string(wrong) : message + ": " + std::string(wrong);
}

template <class Compare>
Tensor compared(const char* op, std::string_view wrong, const Arg& x, const Arg& y, const AssertOptions& options,
                Compare compare) {
  const Location where = x.where();
  const Frame frame(where);
  const Tensor a = beside(op, x, y), b = beside(op, y, x);
  const Tensor inputs[] = {compare(a, b), a, b};
  const AssertAttributes attributes{op, with(options.message, wrong), options.summarize};
  return apply_check(assert_op, inputs, &attributes, where);
}

/// ArgumentError for a number, and if the tensor is undefined.
const TensorMeta& meta_of(const Arg& x) { return x.tensor().meta(x.where()); }

void check(bool holds, const char* op, std::string_view wrong, const Arg& x, const std::string& expected,
           const AssertOptions& options) {
  if (holds) return;
  const TensorMeta& meta = meta_of(x);
  throw ArgumentError(op, with(options.message, wrong),
                      std::string(dtype_name(meta.dtype)) + " " + meta.shape.text() + ", expected " + expected, "",
                      x.where());
}

}  // namespace

Tensor Assert(const Arg& condition, const TensorList& data, std::int64_t summarize, Location where) {
  std::vector<Tensor> inputs{condition.is_scalar()
                                 ? triptych::detail::number_tensor(condition.scalar().to_int() != 0, false, where)
                                 : condition.tensor()};
  inputs.insert(inputs.end(), data.begin(), data.end());
  const AssertAttributes attributes{"Assert", "the condition is false", summarize};
  return apply_check(assert_op, inputs, &attributes, where);
}

Tensor assert_equal(const Arg& x, const Arg& y, const AssertOptions& options) {
  return compared("assert_equal", "x and y differ", x, y, options,
                  [](const Tensor& a, const Tensor& b) { return a == b; });
}
Tensor assert_none_equal(const Arg& x, const Arg& y, const AssertOptions& options) {
  return compared("assert_none_equal", "x and y are equal somewhere", x, y, options,
                  [](const Tensor& a, const Tensor& b) { return a != b; });
}
Tensor assert_less(const Arg& x, const Arg& y, const AssertOptions& options) {
  return compared("assert_less", "x is not less than y", x, y, options,
                  [](const Tensor& a, const Tensor& b) { return a < b; });
}
Tensor assert_less_equal(const Arg& x, const Arg& y, const AssertOptions& options) {
  return compared("assert_less_equal", "x is greater than y", x, y, options,
                  [](const Tensor& a, const Tensor& b) { return a <= b; });
}
Tensor assert_greater(const Arg& x, const Arg& y, const AssertOptions& options) {
  return compared("assert_greater", "x is not greater than y", x, y, options,
                  [](const Tensor& a, const Tensor& b) { return a > b; });
}
Tensor assert_greater_equal(const Arg& x, const Arg& y, const AssertOptions& options) {
  return compared("assert_greater_equal", "x is less than y", x, y, options,
                  [](const Tensor& a, const Tensor& b) { return a >= b; });
}
Tensor assert_positive(const Arg& x, const AssertOptions& options) {
  return compared("assert_positive", "x is not positive", x, Arg(0, x.where()), options,
                  [](const Tensor& a, const Tensor& b) { return a > b; });
}
Tensor assert_negative(const Arg& x, const AssertOptions& options) {
  return compared("assert_negative", "x is no negative number", x, Arg(0, x.where()), options,
                  [](const Tensor& a, const Tensor& b) { return a < b; });
}
Tensor assert_non_negative(const Arg& x, const AssertOptions& options) {
  return compared("assert_non_negative", "x is negative", x, Arg(0, x.where()), options,
                  [](const Tensor& a, const Tensor& b) { return a >= b; });
}
Tensor assert_non_positive(const Arg& x, const AssertOptions& options) {
  return compared("assert_non_positive", "x is above zero", x, Arg(0, x.where()), options,
                  [](const Tensor& a, const Tensor& b) { return a <= b; });
}
Tensor assert_near(const Arg& x, const Arg& y, double rtol, double atol, const AssertOptions& options) {
  return compared("assert_near", "x and y are not near", x, y, options,
                  [&](const Tensor& a, const Tensor& b) { return abs(a - b) <= abs(b) * rtol + atol; });
}

Tensor check_numerics(const Arg& tensor, const OwnedText& message) {
  const Frame frame(tensor.where());
  return apply_check_numerics(tensor.tensor(), {"check_numerics", message}, tensor.where());
}
Tensor assert_all_finite(const Arg& x, const OwnedText& message) {
  const Frame frame(x.where());
  return apply_check_numerics(x.tensor(), {"assert_all_finite", message}, x.where());
}

Tensor add_check_numerics_ops(const Graph& graph, Location where) {
  const char* const op = "add_check_numerics_ops";
  const Frame frame(where);
  GraphImpl& impl = graph.impl();
  std::vector<Tensor> found;
  for (const auto& node : impl.nodes) {
    if (is_branch(*node->op) || is_loop(*node->op))
      throw UnsupportedError(op, "the graph has a branch or a loop", "'" + impl.info_of(*node).name + "'",
                             "Use check_numerics on its results", where);
    for (std::uint32_t i = 0; i < node->output_count; ++i)
      if (Tensor output = impl.handle(*node, i); is_floating(output.dtype())) found.push_back(std::move(output));
  }
  if (found.empty()) throw ArgumentError(op, "there is no floating-point tensor", "an empty graph", "", where);
  Tensor last;
  for (const Tensor& tensor : found) {
    const auto after = graph.control_dependencies(last.defined() ? TensorList{last} : TensorList(), where);
    const auto& place = *tensor.impl();
    last =
        apply_check_numerics(tensor, {op, impl.info_of(*place.node).name + ":" + std::to_string(place.output)}, where);
  }
  return group({last}, op, where);
}

void assert_rank(const Arg& x, std::int64_t rank, const AssertOptions& options) {
  check(meta_of(x).shape.rank() == rank, "assert_rank", "x has another number of dimensions", x, std::to_string(rank),
        options);
}
void assert_rank_at_least(const Arg& x, std::int64_t rank, const AssertOptions& options) {
  check(meta_of(x).shape.rank() >= rank, "assert_rank_at_least", "x has fewer dimensions", x,
        "at least " + std::to_string(rank), options);
}
void assert_rank_in(const Arg& x, const std::vector<std::int64_t>& ranks, const AssertOptions& options) {
  std::string expected;
  for (const std::int64_t rank : ranks) expected += (expected.empty() ? "" : " or ") + std::to_string(rank);
  check(std::find(ranks.begin(), ranks.end(), meta_of(x).shape.rank()) != ranks.end(), "assert_rank_in",
        "x has another number of dimensions", x, expected, options);
}
void assert_scalar(const Arg& x, const AssertOptions& options) {
  if (!x.is_scalar()) check(meta_of(x).shape.rank() == 0, "assert_scalar", "x is not a scalar", x, "()", options);
}
void assert_type(const Arg& x, DType dtype, const AssertOptions& options) {
  check(meta_of(x).dtype == dtype, "assert_type", "x has another dtype", x, std::string(dtype_name(dtype)), options);
}
void assert_integer(const Arg& x, const AssertOptions& options) {
  const DType dtype = meta_of(x).dtype;
  check(!is_floating(dtype) && dtype != boolean, "assert_integer", "x is not of an integer dtype", x, "integers",
        options);
}

Tensor print(std::initializer_list<Printed> inputs, const PrintOptions& options, Location where) {
  PrintAttributes attributes{{""}, options.summarize, options.output_stream};
  std::vector<Tensor> tensors;
  bool first = true;
  for (const Printed& input : inputs) {
    if (!first) attributes.texts.back() += options.sep;
    first = false;
    if (!input.is_tensor()) {
      attributes.texts.back() += input.text();
      continue;
    }
    if (!input.tensor().defined())
      throw ArgumentError("print", "a tensor is undefined", "a default-constructed Tensor", "Give it a value first",
                          where);
    tensors.push_back(input.tensor());
    attributes.texts.emplace_back();
  }
  attributes.texts.back() += options.end;
  return apply_check(print_op, tensors, &attributes, where);
}

std::vector<Tensor> identity_n(const TensorList& input, Location where) {
  std::vector<Tensor> result;
  for (const Tensor& tensor : input) result.push_back(identity(Arg(tensor, where)));
  return result;
}

std::vector<Tensor> tuple(const TensorList& tensors, const TensorList& control_inputs, Location where) {
  std::vector<Tensor> before;
  for (const TensorList* list : {&tensors, &control_inputs})
    for (const Tensor& tensor : *list)
      if (tensor.is_symbolic()) before.push_back(tensor);
  if (before.empty()) throw ArgumentError("tuple", "there is no tensor of a graph", "none", "", where);
  const Graph graph = graph_of(before[0]);
  const auto after = graph.control_dependencies(before, where);
  std::vector<Tensor> result;
  for (const Tensor& tensor : tensors) result.push_back(tensor.defined() ? identity(Arg(tensor, where)) : Tensor());
  return result;
}

}  // namespace triptych::lowlevel
