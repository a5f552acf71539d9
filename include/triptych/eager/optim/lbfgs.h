// The limited-memory method of Broyden, Fletcher, Goldfarb and Shanno.
#pragma once

#include "triptych/eager/optim/optimizer.h"

namespace triptych::eager::optim {

struct LBFGSOptions {
  double lr = 1;
  /// Iterations, and calls of the closure, in one step; a quarter more calls than iterations if they are left out.
  std::int64_t max_iter = 20;
  std::optional<std::int64_t> max_eval = {};
  double tolerance_grad = 1e-7;
  double tolerance_change = 1e-9;
  std::int64_t history_size = 100;
  /// Empty, or "strong_wolfe".
  OwnedText line_search_fn = "";
  bool maximize = false;
};

/// L-BFGS, with a line search that meets the strong Wolfe conditions if asked for: torch.optim.LBFGS. All parameters
/// are one group on one device. A step calls its closure several times: `optimizer.step([&] { optimizer.zero_grad();
/// Tensor loss = ...; loss.backward(); return loss; })`.
class TRIPTYCH_API LBFGS : public GroupedOptimizer<LBFGSOptions> {
 public:
  explicit LBFGS(std::vector<Tensor> params, const LBFGSOptions& options = {}, Location where = Location::here());
  template <Number T>
  LBFGS(std::vector<Tensor> params, T lr, Location where = Location::here())
      : LBFGS(std::move(params), LBFGSOptions{.lr = static_cast<double>(lr)}, where) {}
  template <class = void>
  LBFGS(std::vector<Tensor> params, ...) = delete;  // neither a learning rate nor LBFGSOptions

  using Optimizer::step;
  /// ArgumentError: a closure is missing.
  void step(Location where = Location::here()) override;

 private:
  /// What is kept from step to step.
  struct Memory {
    std::int64_t func_evals = 0, n_iter = 0;
    Tensor direction, previous_gradient;  // undefined at first
    double t = 0, previous_loss = 0, h_diag = 1;
    std::vector<Tensor> directions, steps;
    std::vector<double> ro;
  };
  struct Evaluation {
    double loss;
    Tensor gradient;
  };
  struct Line;

  void check(const LBFGSOptions& options, Location where) const override;
  void check_parameters(const std::vector<Tensor>& parameters, Location where) const override;
  std::vector<Setting> settings(std::size_t group) override;
  void add_texts(std::size_t group, std::map<std::string, std::string>& options) const override;
  std::vector<Buffer> buffers(std::size_t) const override { return {}; }
  Tensor step_with(const std::function<Tensor()>& closure, Location where) override;
  void save_extra(StateDict& state, Location where) const override;
  std::function<void()> load_extra(const std::function<const Tensor*(const std::string&)>& take,
                                   Location where) override;

  const std::vector<Tensor>& parameters() const { return param_groups_[0].params; }
  std::int64_t size() const;
  /// The loss as a number to be made small, and all gradients as one vector.
  Evaluation evaluate(const std::function<Tensor()>& closure, Tensor* loss, Location where) const;
  void move(const std::vector<Tensor>& from, double step, const Tensor& direction) const;
  std::vector<Tensor> positions() const;
  static Tensor next_direction(Memory& memory, const Tensor& gradient, std::int64_t history);

  Memory memory_;
};

}  // namespace triptych::eager::optim
