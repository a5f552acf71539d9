#include "triptych/keras/layers/bidirectional.h"

#include <algorithm>
#include <array>

#include "api_keras/layers/recurrent.h"
#include "api_keras/saving/configured.h"

namespace triptych::keras {
namespace {

class Bidirectional : public MaskedLayer {
 public:
  Bidirectional(Layer forward, Layer backward, std::string merge_mode, Location where)
      : forward_(std::move(forward)), backward_(std::move(backward)), merge_mode_(std::move(merge_mode)) {
    LayerAccess::track(*this, forward_, where);
    LayerAccess::track(*this, backward_, where);
  }

  void build(const Shape& input) override {
    ensure_built(forward_.base(), {input});
    ensure_built(backward_.base(), {input});
  }

  std::vector<Tensor> call_with(const std::vector<Tensor>& xs, const CallOptions& options) override {
    takes(*this, options, {"initial_state"});
    const Tensor& x = only_input(*this, xs);
    const auto& states = options.initial_state;
    if (states.size() % 2 != 0)
      throw ArgumentError("Bidirectional", "there is not the same number of first states for each direction",
                          std::to_string(states.size()) + " were given");
    const auto half = states.begin() + static_cast<std::ptrdiff_t>(states.size() / 2);
    CallOptions ahead = options, back = options;
    ahead.initial_state = std::vector<Tensor>(states.begin(), half);
    back.initial_state = std::vector<Tensor>(half, states.end());
    const std::vector<Tensor> y = forward_.call(x, ahead), reversed = backward_.call(x, back);
    const Tensor there = y[0], turned = of(forward_).return_sequences ? flip(reversed[0], 1) : reversed[0];
    std::vector<Tensor> outputs;
    if (merge_mode_ == "none")
      outputs = {there, turned};
    else if (merge_mode_ == "concat")
      outputs = {concat({there, turned}, -1)};
    else if (merge_mode_ == "mul")
      outputs = {there * turned};
    else
      outputs = {merge_mode_ == "ave" ? (there + turned) / 2 : there + turned};
    outputs.insert(outputs.end(), y.begin() + 1, y.end());
    outputs.insert(outputs.end(), reversed.begin() + 1, reversed.end());
    return outputs;
  }

  std::vector<Tensor> compute_mask(const std::vector<Tensor>&, const std::vector<Tensor>& mask) override {
    if (!of(forward_).return_sequences || mask.empty()) return {};
    return merge_mode_ == "none" ? std::vector<Tensor>{mask[0], mask[0]} : std::vector<Tensor>{mask[0]};
  }

  std::string config() const override {
    return with_layer(with_layer(LayerBase::config(), "layer", forward_), "backward_layer", backward_);
  }

 private:
  static const RNNOptions& of(const Layer& layer) { return layer.as<Recurrent>()->options(); }

  Layer forward_, backward_;
  std::string merge_mode_;
};

[[noreturn]] void fail(const std::string& wrong, const std::string& given, const char* hint, Location where) {
  throw ArgumentError("Bidirectional", wrong, given, hint, where);
}

Recurrent& recurrent(const Layer& layer, Location where) {
  auto* found = layer.as<Recurrent>();
  if (!found)
    fail("a layer is not recurrent",
         layer.defined() ? "'" + layer.name() + "' (" + layer.base().class_name() + ")" : "an undefined handle",
         "Use LSTM, GRU, SimpleRNN, RNN(cell) or ConvLSTM2D", where);
  return *found;
}

std::string without_prefix(const std::string& name, const std::string& prefix) {
  return name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : name;
}

}  // namespace

Layer layers::Bidirectional(const Layer& layer, BidirectionalOptions options, Location where) {
  constexpr std::array modes{"concat", "sum", "mul", "ave", "none"};
  if (std::find(modes.begin(), modes.end(), options.merge_mode) == modes.end())
    fail("there is no such merge_mode", "'" + options.merge_mode + "'", "Use 'concat', 'sum', 'mul', 'ave' or 'none'",
         where);
  Recurrent& given = recurrent(layer, where);
  Layer forward =
            given.remake("forward_" + without_prefix(layer.name(), "forward_"), given.options().go_backwards, where),
        backward = options.backward_layer;
  if (!forward.defined()) {
    if (!backward.defined())
      fail("the layer cannot be made a second time", "'" + layer.name() + "', whose cell has no copy()",
           "Override RNNCellBase::copy, or give a backward_layer", where);
    forward = layer;
  }
  if (!backward.defined())
    backward = given.remake("backward_" + without_prefix(layer.name(), "backward_"), true, where);
  Recurrent &ahead = recurrent(forward, where), &back = recurrent(backward, where);
  const RNNOptions &a = ahead.options(), &b = back.options();
  if (a.go_backwards == b.go_backwards)
    fail("both layers go in the same direction",
         a.go_backwards ? "go_backwards of both is true" : "go_backwards of both is false", "", where);
  const auto check = [&](const char* name, bool of_a, bool of_b) {
    if (of_a != of_b)
      fail("the layers differ in an argument",
           std::string(name) + " is " + (of_a ? "true" : "false") + " forwards, " + (of_b ? "true" : "false") +
               " backwards",
           "", where);
  };
  check("stateful", a.stateful, b.stateful);
  check("return_sequences", a.return_sequences, b.return_sequences);
  check("return_state", a.return_state, b.return_state);
  for (Recurrent* one : {&ahead, &back}) one->set_zero_output_for_mask(one->options().return_sequences);
  BidirectionalOptions written = options;
  written.backward_layer = {};  // the layer writes both as they are then
  return configured(
      with_options(brick<keras::Bidirectional>(options.name, where, forward, backward, options.merge_mode, where),
                   written, where),
      written);
}

}  // namespace triptych::keras
