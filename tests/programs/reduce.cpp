// Delta debugging: a change that leaves the fault is kept. Steps go first, then what they are computed from.
#include "reduce.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "run.h"
#include "triptych/core/graph.h"
#include "triptych/core/ops.h"

namespace programs {
namespace {

class Reducer {
 public:
  Reducer(Program program, const std::function<bool(const Program&)>& shows)
      : program_(std::move(program)), shows_(shows) {}

  Program run() {
    bool smaller = true;
    while (smaller && tried_ < limit) {
      smaller = false;
      for (std::size_t s = program_.steps.size(); s-- > 0;)
        if (s < program_.steps.size()) smaller |= without(s);
      for (int order = 0; order < program_.order; ++order) {
        Program less = program_;
        less.order = order;
        smaller |= keep(std::move(less));
      }
      if (program_.autocast) {
        Program less = program_;
        less.autocast = false;
        smaller |= keep(std::move(less));
      }
      smaller |= shorter();
      for (std::size_t s = 0; s < program_.steps.size(); ++s) smaller |= simpler(s);
    }
    return std::move(program_);
  }

 private:
  static constexpr int limit = 3000;  // of programs tried

  /// Takes the place of the program if it still shows the fault.
  bool keep(Program candidate) {
    drop_unused_inputs(candidate);
    if (++tried_ > limit || candidate.words() == 0 || !shows_(candidate)) return false;
    program_ = std::move(candidate);
    return true;
  }

  static void drop_unused_inputs(Program& program) {
    for (std::size_t s = program.steps.size(); s-- > 0;) {
      if (program.steps[s].word || !program.unused_from(s + 1, {static_cast<int>(s), 0})) continue;
      program.steps.erase(program.steps.begin() + static_cast<std::ptrdiff_t>(s));
      for (Step& step : program.steps)
        for (Ref& ref : step.operands) ref.step -= ref.step > static_cast<int>(s);
    }
  }

  /// The values of step s, run eagerly.
  Tensors values_of(std::size_t s) const {
    Run run;
    for (const Step& step : program_.steps) {
      run.given.push_back(step.word ? Tensor() : step.value.clone());
      if (step.is_state()) tt::mark_state(run.given.back());
    }
    Tensors values;
    run_steps(program_, run, {.after = [&](std::size_t step, const Tensors& results) {
                if (step != s) return;
                for (const Tensor& result : results) values.push_back(result.clone().detach());
              }});
    return values;
  }

  /// The program without step s, whose outputs are `instead`: values before it, or new inputs.
  Program replaced(std::size_t s, const std::vector<std::optional<Ref>>& instead, const Tensors& values) const {
    Program result;
    result.order = program_.order;
    result.autocast = program_.autocast;
    std::vector<std::vector<Ref>> places(program_.steps.size());
    const auto place = [&](const Ref& ref) {
      return places[static_cast<std::size_t>(ref.step)][static_cast<std::size_t>(ref.output)];
    };
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      Step step = program_.steps[i];
      for (Ref& ref : step.operands) ref = place(ref);
      if (i != s) {
        for (int output = 0; output < step.outputs; ++output)
          places[i].push_back({static_cast<int>(result.steps.size()), output});
        result.steps.push_back(std::move(step));
        continue;
      }
      for (std::size_t output = 0; output < instead.size(); ++output) {
        if (instead[output]) {
          places[i].push_back(place(*instead[output]));
        } else {
          places[i].push_back({static_cast<int>(result.steps.size()), 0});
          result.steps.push_back({.value = values[output]});
        }
      }
    }
    return result;
  }

  bool without(std::size_t s) {
    const Step step = program_.steps[s];
    if (!step.word) return false;
    const Tensors values = values_of(s);
    // An operand that looks alike, in its place.
    for (const Ref& operand : step.operands) {
      if (step.outputs != 1) break;
      const Step& source = program_.steps[static_cast<std::size_t>(operand.step)];
      const Tensor value =
          source.word ? values_of(static_cast<std::size_t>(operand.step))[static_cast<std::size_t>(operand.output)]
                      : source.value;
      if (value.shape() == values[0].shape() && value.dtype() == values[0].dtype() &&
          keep(replaced(s, {operand}, values)))
        return true;
    }
    return keep(replaced(s, std::vector<std::optional<Ref>>(values.size()), values));
  }

  /// All dimensions of one length, shorter.
  bool shorter() {
    std::set<std::int64_t, std::greater<>> lengths;
    for (const Step& step : program_.steps)
      if (!step.word) lengths.insert(step.value.shape().begin(), step.value.shape().end());
    bool smaller = false;
    for (const std::int64_t length : lengths) {
      if (length < 2) continue;
      for (const std::int64_t less : std::set<std::int64_t>{1, 2, length / 2, length - 1}) {
        if (less >= length) continue;
        Program candidate = program_;
        for (Step& step : candidate.steps) {
          std::replace(step.arguments.shape.begin(), step.arguments.shape.end(), length, less);
          for (int axis = 0; !step.word && axis < step.value.ndim(); ++axis)
            if (step.value.size(axis) == length) step.value = tt::slice(step.value, axis, tt::Slice(0, less)).clone();
        }
        if (!keep(std::move(candidate))) continue;
        smaller = true;
        break;
      }
    }
    return smaller;
  }

  bool with_input(std::size_t s, const Tensor& value, Kind kind) {
    Program candidate = program_;
    candidate.steps[s].value = value;
    candidate.steps[s].kind = kind;
    return keep(std::move(candidate));
  }

  /// An input that is fed, of float32, the same as another one, of round numbers.
  bool simpler(std::size_t s) {
    if (s >= program_.steps.size() || program_.steps[s].word) return false;
    const Tensor value = program_.steps[s].value;
    const Kind kind = program_.steps[s].kind;
    for (std::size_t other = 0; other < s; ++other) {
      const Step& source = program_.steps[other];
      if (source.word || source.kind != kind || source.value.shape() != value.shape() ||
          source.value.dtype() != value.dtype())
        continue;
      Program candidate = program_;
      for (Step& step : candidate.steps)
        std::replace(step.operands.begin(), step.operands.end(), Ref{static_cast<int>(s), 0},
                     Ref{static_cast<int>(other), 0});
      if (keep(std::move(candidate))) return true;
    }
    bool changed = kind != Kind::fed && with_input(s, value, Kind::fed);
    if (s >= program_.steps.size()) return changed;
    if (value.dtype() != tt::float32) changed |= with_input(s, tt::cast(value, tt::float32), program_.steps[s].kind);
    const Tensor now = program_.steps[s].value;
    const auto numbers = now.to_vector<double>();
    const auto is_whole = [](double x) { return x == std::floor(x); };
    if (std::any_of(numbers.begin(), numbers.end(), [](double x) { return x != 1; }) &&
        with_input(s, tt::ones_like(now), program_.steps[s].kind))
      return true;
    if (!std::all_of(numbers.begin(), numbers.end(), is_whole))
      changed |= with_input(s, tt::round(now), program_.steps[s].kind);
    return changed;
  }

  Program program_;
  const std::function<bool(const Program&)>& shows_;
  int tried_ = 0;
};

}  // namespace

Program reduce(Program program, const std::function<bool(const Program&)>& shows) {
  return Reducer(std::move(program), shows).run();
}

}  // namespace programs
