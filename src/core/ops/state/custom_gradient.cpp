// custom_gradient: the identity on results that were computed without recording, with a gradient rule of the user's
// own.
#include "triptych/core/ops/custom_gradient.h"

#include <algorithm>
#include <atomic>

#include "core/support/inline_vector.h"
#include "core/tensor/tensor_impl.h"
#include "triptych/core/callable.h"
#include "triptych/core/op.h"

namespace triptych {
namespace {

/// The op's inputs are the results, the user's inputs that are defined, then other saved tensors.
struct CustomGradientAttributes {
  static constexpr std::int64_t none = -1;  // in place of an undefined tensor
  std::string name;
  std::int64_t results = 0;
  std::vector<std::int64_t> given;  // for each tensor of the user's its number among the inputs, or none
  std::vector<std::int64_t> saved;  // places: outputs first, then inputs of the op; or none
  std::int64_t id = 0;              // two applications are never the same
  std::shared_ptr<const CustomBackward> backward;
  static constexpr auto fields() {
    return std::tuple{field("name", &CustomGradientAttributes::name),
                      field("results", &CustomGradientAttributes::results),
                      field("given", &CustomGradientAttributes::given),
                      field("saved", &CustomGradientAttributes::saved), field("id", &CustomGradientAttributes::id)};
  }
};

void custom_gradient_infer(Infer& infer) {
  infer.check_outputs(static_cast<int>(infer.attributes<CustomGradientAttributes>().results));
  for (int i = 0; i < infer.output_count(); ++i) infer.output(i, infer.shape(i), infer.dtype(i));
}

SavedValues custom_gradient_saves(const void* attributes) {
  const auto& a = *static_cast<const CustomGradientAttributes*>(attributes);
  SavedValues saved;
  for (const std::int64_t place : a.saved) {
    if (place == a.none) continue;
    const std::int64_t bit = place < a.results ? place : place - a.results;
    (place < a.results ? saved.outputs : saved.inputs) |= bit < 32 ? 1u << bit : every_one;
  }
  return saved;
}

bool custom_gradient_view(const TensorMeta& input, const void* attributes, TensorMeta& output, std::int64_t&) {
  output.strides = input.strides;
  return static_cast<const CustomGradientAttributes*>(attributes)->results == 1;
}

void custom_gradient_gradient(Gradient& g) {
  const auto& a = g.attributes<CustomGradientAttributes>();
  std::vector<Tensor> saved, upstream;
  for (const std::int64_t place : a.saved)
    saved.push_back(place == a.none     ? Tensor()
                    : place < a.results ? own(g.output(static_cast<int>(place)))
                                        : own(g.input(static_cast<int>(place - a.results))));
  for (std::int64_t i = 0; i < a.results; ++i) upstream.push_back(own(g.upstream(static_cast<int>(i))));
  InlineVector<bool, 8> needed(a.given.size());
  const auto place_of = [&](std::size_t input) { return static_cast<int>(a.results + a.given[input]); };
  for (std::size_t i = 0; i < needed.size(); ++i) needed[i] = a.given[i] != a.none && g.needs(place_of(i));

  std::vector<Tensor> gradients = (*a.backward)(saved, upstream, needed.span());
  if (gradients.size() != needed.size())
    throw ArgumentError(a.name, "backward does not return one gradient for each tensor that forward takes",
                        std::to_string(gradients.size()) + " for " + std::to_string(needed.size()),
                        "Return an undefined Tensor where there is none");
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i].defined() || !needed[i]) continue;
    const Tensor input = g.input(place_of(i));
    if (!gradients[i].shape().compatible(input.shape()) || gradients[i].dtype() != input.dtype())
      throw ArgumentError(a.name, "a gradient differs from its tensor in shape or dtype",
                          "input " + std::to_string(i) + " is " + std::string(dtype_name(input.dtype())) + " " +
                              input.shape().text() + ", backward returned " +
                              std::string(dtype_name(gradients[i].dtype())) + " " + gradients[i].shape().text());
    g.set(place_of(i), std::move(gradients[i]));
  }
}

}  // namespace

extern const Op custom_gradient_op{.name = "custom_gradient",
                                   .inputs = 1,
                                   .max_inputs = any_number,
                                   .attributes = &attribute_type<CustomGradientAttributes>,
                                   .infer = custom_gradient_infer,
                                   .gradient = custom_gradient_gradient,
                                   .saves = custom_gradient_saves,
                                   .view = custom_gradient_view,
                                   .lazy_copy = true};

std::vector<Tensor> custom_gradient(OwnedText name, std::span<const Tensor> results, std::span<const Tensor> inputs,
                                    std::span<const Tensor> saved, CustomBackward backward, Location where) {
  check_callable(name, backward, where);
  if (results.empty()) throw ArgumentError(name, "there is no result to differentiate", "an empty list", "", where);
  static std::atomic<std::int64_t> applications{0};
  CustomGradientAttributes attributes{.name = std::move(name),
                                      .results = static_cast<std::int64_t>(results.size()),
                                      .given = {},
                                      .saved = {},
                                      .id = applications.fetch_add(1, std::memory_order_relaxed),
                                      .backward = std::make_shared<CustomBackward>(std::move(backward))};
  std::vector<Tensor> operands(results.begin(), results.end());
  for (const Tensor& input : inputs) {
    const auto number = static_cast<std::int64_t>(operands.size()) - attributes.results;
    attributes.given.push_back(input.defined() ? number : attributes.none);
    if (input.defined()) operands.push_back(input);
  }
  for (const Tensor& tensor : saved) {
    if (!tensor.defined()) {
      attributes.saved.push_back(attributes.none);
      continue;
    }
    const auto found =
        std::find_if(operands.begin(), operands.end(), [&](const Tensor& t) { return t.is_same(tensor); });
    const std::int64_t at = found - operands.begin();
    if (found == operands.end()) operands.push_back(tensor);
    // A result is saved as an output: there it has its gradient edge.
    attributes.saved.push_back(at < attributes.results ? at : at + attributes.results);
  }
  std::vector<Tensor> outputs(results.size());
  apply(custom_gradient_op, operands, &attributes, outputs, where);
  return outputs;
}

}  // namespace triptych
