#include "triptych/keras/layers/einsum_dense.h"

#include <algorithm>

#include "api_keras/layers/brick.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

[[noreturn]] void fail(const std::string& wrong, const std::string& given, const char* hint = "") {
  throw ArgumentError("EinsumDense", wrong, given, hint);
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The letters of an equation's three parts.
struct Equation {
  std::string input, kernel, output;
  bool left = false, right = false;  // where "..." stands

  explicit Equation(const std::string& text) {
    const std::size_t comma = text.find(','), arrow = text.find("->");
    if (comma == std::string::npos || arrow == std::string::npos || comma > arrow) malformed(text);
    input = text.substr(0, comma);
    kernel = text.substr(comma + 1, arrow - comma - 1);
    output = text.substr(arrow + 2);
    left = take(input, 0) && take(output, 0);
    right = !left && take(input, input.size() - std::min<std::size_t>(3, input.size())) &&
            take(output, output.size() - std::min<std::size_t>(3, output.size()));
    for (const std::string* part : {&input, &kernel, &output})
      if (part->empty() || !std::all_of(part->begin(), part->end(), is_letter)) malformed(text);
  }

 private:
  static bool take(std::string& part, std::size_t at) {
    if (part.compare(at, 3, "...") != 0) return false;
    part.erase(at, 3);
    return true;
  }
  [[noreturn]] static void malformed(const std::string& text) {
    fail("the equation is malformed", "'" + text + "'",
         "Write it as [x],[kernel]->[y], ...[x],[kernel]->...[y] or [x]...,[kernel]->[y]...");
  }
};

/// Shapes that follow from an equation.
struct EinsumShapes {
  Shape kernel, bias;
};
EinsumShapes einsum_shapes(const std::string& equation, const std::string& bias_axes, const Shape& input,
                           const Shape& output);

class EinsumDense : public LayerBase {
 public:
  EinsumDense(std::string equation, const Shape& output_shape, EinsumDenseOptions options)
      : equation_(std::move(equation)), output_shape_(output_shape), options_(std::move(options)) {}

  void build(const Shape& input) override {
    const EinsumShapes shapes = einsum_shapes(equation_, options_.bias_axes, input, output_shape_);
    kernel_ = add_weight({.shape = shapes.kernel,
                          .initializer = options_.kernel_initializer,
                          .regularizer = options_.kernel_regularizer,
                          .constraint = options_.kernel_constraint,
                          .name = "kernel"});
    if (!options_.bias_axes.empty())
      bias_ = add_weight({.shape = shapes.bias,
                          .initializer = options_.bias_initializer,
                          .regularizer = options_.bias_regularizer,
                          .constraint = options_.bias_constraint,
                          .name = "bias"});
  }

  Tensor call(const Tensor& x, bool) override {
    const Tensor y = einsum(equation_, {like_weights(x, kernel_), kernel_});
    return options_.activation(bias_.defined() ? y + bias_ : y);
  }

 private:
  std::string equation_;
  Shape output_shape_;
  EinsumDenseOptions options_;
  Tensor kernel_, bias_;
};

EinsumShapes einsum_shapes(const std::string& text, const std::string& bias_axes, const Shape& input,
                           const Shape& partial) {
  const Equation equation(text);
  const int elided = input.rank() - static_cast<int>(equation.input.size());
  if (elided < 0 || (elided > 0 && !equation.left && !equation.right))
    fail("the input has another number of axes than the equation", "'" + text + "', an input of " + input.text());
  // The result's shape: the batch, what "..." stands for, and what the user gave.
  Shape output = partial;
  output.insert(0, input.dim(0));
  if (equation.left)
    for (int i = 1; i < elided; ++i) output.insert(i, input.dim(i));
  if (equation.right)
    for (int i = input.rank() - elided; i < input.rank(); ++i) output.append(input.dim(i));
  const int skipped = equation.left ? elided : 0;
  if (output.rank() != static_cast<int>(equation.output.size()) + elided)
    fail("output_shape has another number of axes than the equation's result without the batch",
         "'" + text + "', output_shape " + partial.text());
  const auto length_in = [&](const std::string& letters, const Shape& shape, char letter) -> std::optional<Dim> {
    const std::size_t at = letters.find(letter);
    if (at == std::string::npos) return {};
    return shape.dim(static_cast<int>(at) + skipped);
  };
  for (const char letter : equation.output) {
    const auto in = length_in(equation.input, input, letter), out = length_in(equation.output, output, letter);
    if (!in && equation.kernel.find(letter) == std::string::npos)
      fail("an axis of the result is neither the input's nor the kernel's",
           std::string("'") + letter + "' of '" + text + "'");
    if (in && conflict(*in, *out))
      fail("input and output_shape differ along a shared axis",
           std::string("'") + letter + "' is " + std::to_string(in->raw()) + " and " + std::to_string(out->raw()));
  }
  EinsumShapes shapes;
  for (const char letter : equation.kernel) {
    const auto out = length_in(equation.output, output, letter), in = length_in(equation.input, input, letter);
    const std::optional<Dim> length = out ? out : in;
    if (!length)
      fail("an axis of the kernel is neither the input's nor the result's",
           std::string("'") + letter + "' of '" + text + "'");
    if (!length->known())
      fail("the length of a kernel's axis is not known", std::string("'") + letter + "' of '" + text + "'",
           "Give Input its size");
    shapes.kernel.append(*length);
  }
  std::size_t first = equation.output.size();
  for (const char letter : bias_axes) {
    const std::size_t at = equation.output.find(letter);
    if (at == std::string::npos)
      fail("an axis of the bias is not the result's", std::string("'") + letter + "' of '" + text + "'");
    first = std::min(first, at);
  }
  for (std::size_t i = first; i < equation.output.size(); ++i) {
    const bool varies = bias_axes.find(equation.output[i]) != std::string::npos;
    shapes.bias.append(varies ? output.dim(static_cast<int>(i) + skipped) : Dim(1));
  }
  if (equation.right && !bias_axes.empty())
    for (int i = 0; i < elided; ++i) shapes.bias.append(1);
  return shapes;
}

}  // namespace

namespace layers {

Layer EinsumDense(OwnedText equation, const Shape& output_shape, EinsumDenseOptions options, Location where) {
  {
    const Frame frame(where);
    const Equation checked(equation);
  }
  return configured(
      with_options(brick<keras::EinsumDense>(options.name, where, equation, output_shape, options), options, where),
      options, arg("equation", equation), arg("output_shape", output_shape));
}

}  // namespace layers
}  // namespace triptych::keras
