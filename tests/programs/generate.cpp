#include "generate.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>

#include "chooser.h"
#include "triptych/core/error.h"
#include "triptych/core/graph.h"

namespace programs {
namespace {

class Generator {
 public:
  Generator(std::uint64_t seed, const std::vector<Word>& words)
      : dice_(seed), words_(words), large_(dice_.once_in(20)) {
    const std::int64_t kind = dice_.between(1, 10);
    program_.order = kind <= 3 ? 0 : kind <= 8 ? 1 : 2;
    program_.autocast = dice_.once_in(6);
  }

  Program run() {
    const std::int64_t wanted = std::min(dice_.between(5, 30), large_ ? 6 : dice_.between(5, 30));
    for (int attempt = 0; program_.words() < wanted && attempt < 1000; ++attempt) add(dice_.of(words_));
    return std::move(program_);
  }

 private:
  /// Not too large, nor, most of the time, numbers in which everything else drowns.
  bool sane(const Tensors& results) {
    for (const Tensor& x : results) {
      if (x.numel() > (large_ ? 100000 : 12000)) return false;
      if (!tt::is_floating(x.dtype()) || dice_.once_in(20)) continue;
      for (const double value : x.to_vector<double>())
        if (!(std::abs(value) < 1000)) return false;
    }
    return true;
  }

  void add(const Word& word) {
    Chooser chooser(dice_, program_, values_, large_);
    if (!word.choose(chooser)) return;
    std::vector<Tensors> given;
    for (const Step& input : chooser.inputs) given.push_back({start(input)});
    const auto value = [&](const Ref& ref) {
      const auto s = static_cast<std::size_t>(ref.step), known = values_.of_steps.size();
      return s < known ? values_.of_steps[s][static_cast<std::size_t>(ref.output)] : given[s - known][0];
    };
    Step step{.word = &word, .operands = chooser.operands, .arguments = chooser.a};
    Tensors operands, results;
    for (const Ref& ref : step.operands) operands.push_back(value(ref));
    const std::vector<bool> kept(operands.size());
    Operands x(std::move(operands), kept);
    std::optional<tt::Autocast> scope;
    program_.enter(scope);
    try {
      results = word.call(x, step.arguments);
      if (!word.functional && !sane(results)) return;
    } catch (const tt::ArgumentError&) {
      return;  // what was drawn does not fit together
    } catch (const tt::UnsupportedError&) {
      return;
    } catch (const std::exception& error) {
      throw std::runtime_error(std::string(word.name) + ": " + error.what());
    }
    step.outputs = static_cast<int>(results.size());
    for (std::size_t i = 0; i < chooser.inputs.size(); ++i) {
      const Ref ref{static_cast<int>(program_.steps.size()), 0};
      (chooser.inputs[i].kind == Kind::stream ? values_.streams : values_.usable).push_back(ref);
      program_.steps.push_back(std::move(chooser.inputs[i]));
      values_.of_steps.push_back(std::move(given[i]));
    }
    const bool in_place = word.functional,
               of_state = in_place && program_.steps[static_cast<std::size_t>(step.operands[0].step)].is_state();
    if (in_place && !of_state) std::erase(values_.usable, step.operands[0]);  // from here on it is the result
    for (int output = 0; !of_state && output < step.outputs; ++output)
      values_.usable.push_back({static_cast<int>(program_.steps.size()), output});
    program_.steps.push_back(std::move(step));
    values_.of_steps.push_back(std::move(results));
  }

  Tensor start(const Step& input) const {
    Tensor value = input.value.clone();
    if (input.is_state()) tt::mark_state(value);
    if (program_.order > 0 && input.kind == Kind::fed && tt::is_floating(value.dtype())) value.set_requires_grad();
    return value;
  }

  Dice dice_;
  const std::vector<Word>& words_;
  const bool large_;
  Program program_;
  Chooser::Values values_;
};

}  // namespace

Program generate(std::uint64_t seed, const std::vector<Word>& words) { return Generator(seed, words).run(); }

}  // namespace programs
