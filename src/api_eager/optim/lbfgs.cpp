#include "triptych/eager/optim/lbfgs.h"

#include <algorithm>
#include <cmath>

#include "api_eager/optim/wolfe.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/tensor_impl.h"
#include "core/tensor/transaction.h"
#include "triptych/core/autograd.h"
#include "triptych/core/error.h"
#include "triptych/core/ops.h"

namespace triptych::eager::optim {
namespace {

double largest(const Tensor& x) { return amax(abs(x)).item<double>(); }
double product(const Tensor& a, const Tensor& b) { return dot(a, b).item<double>(); }

}  // namespace

LBFGS::LBFGS(std::vector<Tensor> params, const LBFGSOptions& options, Location where)
    : GroupedOptimizer("LBFGS", options) {
  if (!defaults_.max_eval) defaults_.max_eval = options.max_iter + options.max_iter / 4;
  add_param_group(std::move(params), defaults_, where);
}

void LBFGS::check(const LBFGSOptions& o, Location where) const {
  const Hyperparameters check(name_, where);
  check.not_negative("lr", o.lr);
  check.not_negative("tolerance_grad", o.tolerance_grad);
  check.not_negative("tolerance_change", o.tolerance_change);
  const auto positive = [&](const char* name, std::int64_t value) {
    if (value <= 0) fail(std::string(name) + " is not positive", std::to_string(value), "", where);
  };
  positive("max_iter", o.max_iter);
  if (o.max_eval) positive("max_eval", *o.max_eval);
  positive("history_size", o.history_size);
  if (const std::string search = o.line_search_fn; !search.empty() && search != "strong_wolfe")
    fail("line_search_fn is unknown", "'" + search + "'", "There is 'strong_wolfe'", where);
}

void LBFGS::check_parameters(const std::vector<Tensor>& parameters, Location where) const {
  if (!groups_.empty())
    fail("parameters are given in two groups", "a second one", "Give all parameters to the constructor", where);
  for (const Tensor& parameter : parameters)
    if (parameter.dtype() != parameters[0].dtype())
      fail("the parameters are of several dtypes",
           std::string(dtype_name(parameters[0].dtype())) + " and " + std::string(dtype_name(parameter.dtype())), "",
           where);
}

std::vector<Optimizer::Setting> LBFGS::settings(std::size_t group) {
  LBFGSOptions& o = param_groups_[group].options;
  if (!o.max_eval) o.max_eval = o.max_iter + o.max_iter / 4;
  return {{"lr", &o.lr},
          {"max_iter", &o.max_iter},
          {"max_eval", &*o.max_eval},
          {"tolerance_grad", &o.tolerance_grad},
          {"tolerance_change", &o.tolerance_change},
          {"history_size", &o.history_size},
          {"maximize", &o.maximize}};
}

void LBFGS::add_texts(std::size_t group, std::map<std::string, std::string>& options) const {
  const std::string search = param_groups_[group].options.line_search_fn;
  options["line_search_fn"] = search.empty() ? "None" : search;
}

void LBFGS::step(Location where) {
  fail("there is no closure", "step() without an argument",
       "Call step([&] { optimizer.zero_grad(); Tensor loss = ...; loss.backward(); return loss; })", where);
}

std::int64_t LBFGS::size() const {
  std::int64_t n = 0;
  for (const Tensor& parameter : parameters()) n += parameter.numel();
  return n;
}

LBFGS::Evaluation LBFGS::evaluate(const std::function<Tensor()>& closure, Tensor* loss, Location where) const {
  Tensor value;
  {
    GradMode recording(true);
    const UserCode its_lines;
    value = closure();
  }
  if (!value.defined() || value.numel() != 1)
    fail("the closure does not give a loss", value.defined() ? value.shape().text() : "an undefined tensor",
         "Return a tensor of one element", where);
  std::vector<Tensor> parts;
  for (const Tensor& parameter : parameters()) {
    const Tensor gradient = parameter.grad();
    if (gradient.defined() && (gradient.shape() != parameter.shape() || gradient.dtype() != parameter.dtype()))
      fail("a gradient or buffer differs from its parameter in shape or dtype", gradient.shape().text(), "", where);
    parts.push_back(flatten(gradient.defined() ? gradient : zeros_like(parameter)));
  }
  const bool maximize = param_groups_[0].options.maximize;
  const Tensor all = concat(parts);
  if (loss) *loss = value;
  const auto number = value.item<double>();
  return {maximize ? -number : number, maximize ? -all : all};
}

std::vector<Tensor> LBFGS::positions() const {
  std::vector<Tensor> result;
  for (const Tensor& parameter : parameters()) result.push_back(parameter.clone());
  return result;
}

void LBFGS::move(const std::vector<Tensor>& from, double step, const Tensor& direction) const {
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    Tensor parameter = parameters()[i];
    const std::int64_t end = begin + parameter.numel();
    parameter.copy_(from[i] + reshape(slice(direction, 0, Slice(begin, end)), from[i].shape()) * step);
    begin = end;
  }
}

Tensor LBFGS::next_direction(Memory& m, const Tensor& gradient, std::int64_t history) {
  const Tensor y = gradient - m.previous_gradient, s = m.direction * m.t;
  if (const double ys = product(y, s); ys > 1e-10) {
    if (static_cast<std::int64_t>(m.directions.size()) >= history) {
      m.directions.erase(m.directions.begin());
      m.steps.erase(m.steps.begin());
      m.ro.erase(m.ro.begin());
    }
    m.directions.push_back(y);
    m.steps.push_back(s);
    m.ro.push_back(1 / ys);
    m.h_diag = ys / product(y, y);
  }
  Tensor direction = -gradient;
  std::vector<double> al(m.directions.size());
  for (std::size_t i = al.size(); i-- > 0;) {
    al[i] = product(m.steps[i], direction) * m.ro[i];
    direction = direction - m.directions[i] * al[i];
  }
  direction = direction * m.h_diag;
  for (std::size_t i = 0; i < al.size(); ++i)
    direction = direction + m.steps[i] * (al[i] - product(m.directions[i], direction) * m.ro[i]);
  return direction;
}

Tensor LBFGS::step_with(const std::function<Tensor()>& closure, Location where) {
  const Frame frame(where);
  Stepping stepping(*this);
  GradMode off(false);
  check_options(where);
  const LBFGSOptions o = param_groups_[0].options;
  const bool search = !std::string(o.line_search_fn).empty();
  const std::int64_t max_eval = o.max_eval.value_or(o.max_iter + o.max_iter / 4);
  const Transaction whole;  // parameters that the search has moved go back if it fails
  Tensor first_loss;
  Evaluation now = evaluate(closure, &first_loss, where);
  Memory m = memory_;
  ++m.func_evals;
  if (size() > 0 && largest(now.gradient) > o.tolerance_grad) {
    std::int64_t evaluations = 1;
    for (std::int64_t iteration = 1; iteration <= o.max_iter; ++iteration) {
      m.direction = ++m.n_iter == 1 ? -now.gradient : next_direction(m, now.gradient, o.history_size);
      m.previous_gradient = now.gradient;
      m.previous_loss = now.loss;
      m.t = m.n_iter == 1 ? std::min(1.0, 1 / sum(abs(now.gradient)).item<double>()) * o.lr : o.lr;
      const double slope = product(now.gradient, m.direction);
      if (slope > -o.tolerance_change) break;
      const std::vector<Tensor> from = positions();
      std::int64_t calls = 0;
      if (search) {
        const auto at = [&](double t) -> LinePoint {
          move(from, t, m.direction);
          const Evaluation there = evaluate(closure, nullptr, where);
          return {t, there.loss, there.gradient, product(there.gradient, m.direction)};
        };
        const LinePoint found = strong_wolfe(at, m.t, {0, now.loss, now.gradient, slope}, largest(m.direction),
                                             max_eval - evaluations, calls);
        now = {found.loss, found.gradient};
        m.t = found.t;
        move(from, m.t, m.direction);
      } else {
        move(from, m.t, m.direction);
        if (iteration != o.max_iter) {  // in a stochastic setting the loss there is of no use
          now = evaluate(closure, nullptr, where);
          calls = 1;
        }
      }
      evaluations += calls;
      m.func_evals += calls;
      if (evaluations >= max_eval || largest(now.gradient) <= o.tolerance_grad ||
          largest(m.direction) * std::abs(m.t) <= o.tolerance_change ||
          std::abs(now.loss - m.previous_loss) < o.tolerance_change)
        break;
    }
  }
  ++life_->steps;
  memory_ = std::move(m);
  stepping.done();
  return first_loss;
}

// --- Checkpoints: "state.0.n_iter", "state.0.old_dirs.0", ... -------------------------------------------------------

void LBFGS::save_extra(StateDict& state, Location where) const {
  const Memory& m = memory_;
  if (m.func_evals == 0) return;
  const auto add = [&](const std::string& name, const Tensor& value) { state.add("state.0." + name, value, where); };
  add("func_evals", full({}, m.func_evals, int64));
  add("n_iter", full({}, m.n_iter, int64));
  if (!m.direction.defined()) return;
  add("d", alias(m.direction));
  add("prev_flat_grad", alias(m.previous_gradient));
  add("t", full({}, m.t, float64));
  add("prev_loss", full({}, m.previous_loss, float64));
  add("H_diag", full({}, m.h_diag, float64));
  for (std::size_t i = 0; i < m.directions.size(); ++i) {
    add("old_dirs." + std::to_string(i), alias(m.directions[i]));
    add("old_stps." + std::to_string(i), alias(m.steps[i]));
  }
  add("ro", tensor(m.ro));
}

std::function<void()> LBFGS::load_extra(const std::function<const Tensor*(const std::string&)>& take, Location where) {
  auto m = std::make_shared<Memory>();
  const auto entry = [&](const std::string& name, bool needed) -> const Tensor* {
    const Tensor* value = take("state.0." + name);
    if (!value && needed) fail("the state lacks an entry", "'state.0." + name + "' is missing", "", where);
    return value;
  };
  const auto number = [&](const char* name) {
    const Tensor* value = entry(name, true);
    if (value->numel() != 1) fail("a shape differs", std::string("'state.0.") + name + "'", "", where);
    return value->item<double>(where);
  };
  const auto vector = [&](const std::string& name, const Tensor* value) {
    if (value->shape() != Shape({size()}))
      fail("a shape differs", "'state.0." + name + "' is " + value->shape().text(), "Is it the state of another model?",
           where);
    return to(cast(*value, parameters()[0].dtype()), parameters()[0].device());
  };
  const auto count_of = [&](const Tensor& entry_value, const char* name) {
    const double value = entry_value.numel() == 1 ? entry_value.item<double>(where) : -1;
    if (!(value >= 0 && std::trunc(value) == value && value < 0x1p53))
      fail("a count of steps is negative or no whole number", std::string("'state.0.") + name + "'", "", where);
    return static_cast<std::int64_t>(value);
  };
  if (const Tensor* begun = entry("func_evals", false)) {
    m->func_evals = count_of(*begun, "func_evals");
    m->n_iter = count_of(*entry("n_iter", true), "n_iter");
    if (m->n_iter > 0) {
      m->direction = vector("d", entry("d", true));
      m->previous_gradient = vector("prev_flat_grad", entry("prev_flat_grad", true));
      m->t = number("t");
      m->previous_loss = number("prev_loss");
      m->h_diag = number("H_diag");
      m->ro = cast(*entry("ro", true), float64).to_vector<double>();
      for (std::size_t i = 0; i < m->ro.size(); ++i)
        for (auto [list, name] : {std::pair(&m->directions, "old_dirs."), std::pair(&m->steps, "old_stps.")}) {
          const std::string full_name = name + std::to_string(i);
          list->push_back(vector(full_name, entry(full_name, true)));
        }
    }
  }
  return [this, m] { memory_ = *m; };
}

}  // namespace triptych::eager::optim
