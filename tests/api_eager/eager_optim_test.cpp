// Optimizers against PyTorch's numbers, their state, groups and errors.
#include <cmath>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>

#include "eager_testing.h"
#include "triptych/core/ops.h"
#include "triptych/eager/autograd.h"
#include "triptych/eager/nn/linear.h"
#include "triptych/eager/optim.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;

using Values = std::vector<double>;

namespace {

/// The lines of the reference file (scripts/references/make_references_optimizers.py) by their first two words.
const std::map<std::string, Values>& references() {
  static const auto lines = [] {
    std::map<std::string, Values> result;
    std::ifstream file(TRIPTYCH_SOURCE_DIR "/tests/references/optimizers.txt");
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string name, step;
      words >> name;
      if (name != "start") words >> step;
      auto& values = result[step.empty() ? name : name + " " + step];
      for (double value; words >> value;) values.push_back(value);
    }
    return result;
  }();
  return lines;
}

template <class O>
void expect_pytorch(const std::string& name, const typename O::Options& options) {
  SCOPED_TRACE(name);
  tt::Tensor p = tt::tensor(references().at("start")).set_requires_grad();
  O optimizer({p}, options);
  int compared = 0;
  for (int t = 1; t <= 10; ++t) {
    optimizer.zero_grad();
    if (t == 6) optimizer.set_lr(0.0625);
    tt::sum(p * tt::tensor(references().at("gradient " + std::to_string(t)))).backward();
    optimizer.step();
    const auto expected = references().find("torch." + name + " " + std::to_string(t));
    if (expected == references().end()) continue;
    const auto values = p.to_vector<double>();
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_NEAR(values[i], expected->second[i], 1e-14 * (1 + std::abs(expected->second[i]))) << "step " << t;
    ++compared;
  }
  EXPECT_EQ(compared, 5);
}

}  // namespace

TEST(EagerOptim, EqualsPyTorch) {
  expect_pytorch<optim::SGD>("sgd", {.lr = 0.125});
  expect_pytorch<optim::SGD>("sgd_decay", {.lr = 0.125, .weight_decay = 0.1});
  expect_pytorch<optim::SGD>("sgd_maximize", {.lr = 0.125, .weight_decay = 0.1, .maximize = true});
  expect_pytorch<optim::SGD>("momentum", {.lr = 0.125, .momentum = 0.9});
  expect_pytorch<optim::SGD>("dampening", {.lr = 0.125, .momentum = 0.9, .dampening = 0.3, .weight_decay = 0.1});
  expect_pytorch<optim::SGD>("nesterov", {.lr = 0.125, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true});
  expect_pytorch<optim::Adam>("adam", {.lr = 0.125});
  expect_pytorch<optim::Adam>("adam_options", {.lr = 0.125, .betas = {0.8, 0.95}, .eps = 1e-3, .weight_decay = 0.1});
  expect_pytorch<optim::Adam>("adam_maximize", {.lr = 0.125, .eps = 1e-3, .maximize = true});
  expect_pytorch<optim::Adam>("amsgrad", {.lr = 0.125, .betas = {0.8, 0.6}, .eps = 1e-3, .amsgrad = true});
  expect_pytorch<optim::Adam>("adamw", {.lr = 0.125, .eps = 1e-3, .weight_decay = 0.1, .decoupled_weight_decay = true});
}

TEST(EagerOptim, PrintsAsPyTorch) {
  tt::Tensor w = tt::ones({2}).set_requires_grad(), b = tt::ones({2}).set_requires_grad();
  EXPECT_EQ(optim::SGD({{{w}}, {{b}, {{.lr = 0.01}}}}, {.lr = 0.1, .momentum = 0.9}).text(),
            "SGD (\n"
            "Parameter Group 0\n"
            "    dampening: 0\n"
            "    lr: 0.1\n"
            "    maximize: False\n"
            "    momentum: 0.9\n"
            "    nesterov: False\n"
            "    weight_decay: 0\n"
            "\n"
            "Parameter Group 1\n"
            "    dampening: 0\n"
            "    lr: 0.01\n"
            "    maximize: False\n"
            "    momentum: 0\n"
            "    nesterov: False\n"
            "    weight_decay: 0\n"
            ")");
  std::ifstream file(TRIPTYCH_SOURCE_DIR "/tests/references/optimizer_texts.txt");
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  const std::vector<tt::Tensor> m = {tt::ones({2, 2}).set_requires_grad()};
  std::ostringstream all;
  all << optim::SGD(m) << "\n" << optim::Adam(m) << "\n" << optim::AdamW(m) << "\n" << optim::NAdam(m) << "\n";
  all << optim::RAdam(m) << "\n" << optim::Adamax(m) << "\n" << optim::Adagrad(m) << "\n" << optim::Adadelta(m) << "\n";
  all << optim::RMSprop(m) << "\n" << optim::Rprop(m) << "\n" << optim::ASGD(m) << "\n" << optim::LBFGS(m) << "\n";
  all << optim::Adafactor(m) << "\n" << optim::Muon(m) << "\n";
  EXPECT_EQ(all.str(), expected);
  const auto shows = [](const optim::Optimizer& optimizer, const char* line) {
    EXPECT_NE(optimizer.text().find(line), std::string::npos) << optimizer;
  };
  shows(optim::LBFGS(m, {.line_search_fn = "strong_wolfe"}), "    line_search_fn: strong_wolfe\n");
  shows(optim::Adafactor(m, {.eps = {1e-30, 1e-3}}), "    eps: (1e-30, 0.001)\n");
  shows(optim::Muon(m, {.adjust_lr_fn = tt::MuonUpdate::Scale::match_rms_adamw}),
        "    adjust_lr_fn: match_rms_adamw\n");
}

TEST(EagerOptim, AdamWDecaysByDefault) {
  tt::Tensor p = tt::tensor<double>({1.0}).set_requires_grad();
  optim::AdamW optimizer({p}, {.lr = 0.1});
  tt::sum(p * 0).backward();
  optimizer.step();
  EXPECT_DOUBLE_EQ(p.item<double>(), 1 - 0.1 * 1e-2);
}

TEST(EagerOptim, ParametersWithoutGradientStayAsTheyAre) {
  tt::Tensor used = tt::ones({2}).set_requires_grad(), unused = tt::ones({2}).set_requires_grad();
  optim::Adam optimizer({used, unused});
  tt::sum(used).backward();
  optimizer.step();
  EXPECT_NE(used.to_vector<float>(), (std::vector<float>{1, 1}));
  EXPECT_EQ(unused.to_vector<float>(), (std::vector<float>{1, 1}));
  optimizer.zero_grad(false);
  EXPECT_EQ(used.grad().to_vector<float>(), (std::vector<float>{0, 0}));
  optimizer.zero_grad();
  EXPECT_FALSE(used.grad().defined());
}

TEST(EagerOptim, GroupsHaveOptionsOfTheirOwn) {
  tt::Tensor a = tt::ones({1}).set_requires_grad(), b = tt::ones({1}).set_requires_grad();
  optim::SGD optimizer({a}, {.lr = 0.5});
  optimizer.add_param_group({b}, {.lr = 0.25});
  tt::sum(a + b).backward();
  optimizer.step();
  EXPECT_EQ(a.item<float>(), 0.5f);
  EXPECT_EQ(b.item<float>(), 0.75f);
  optimizer.param_groups()[1].options.lr = 0.75;
  optimizer.step();
  EXPECT_EQ(a.item<float>(), 0.0f);
  EXPECT_EQ(b.item<float>(), 0.0f);
}

TEST(EagerOptim, ClosureGivesTheLoss) {
  tt::Tensor p = tt::ones({1}).set_requires_grad();
  optim::SGD optimizer({p}, {.lr = 0.5});
  const tt::Tensor loss = optimizer.step([&] {
    optimizer.zero_grad();
    tt::Tensor value = tt::sum(p * p);
    value.backward();
    return value;
  });
  EXPECT_EQ(loss.item<float>(), 1);
  EXPECT_EQ(p.item<float>(), 0);
}

TEST(EagerOptim, StateGoesOnWhereItWas) {
  const auto run = [](bool interrupted) {
    tt::Tensor p = tt::tensor<float>({1, -2, 3}).set_requires_grad();
    auto optimizer = std::make_unique<optim::Adam>(std::vector<tt::Tensor>{p}, optim::AdamOptions{.lr = 0.1});
    for (int t = 0; t < 6; ++t) {
      if (interrupted && t == 3) {
        const tt::StateDict state = optimizer->state_dict();
        EXPECT_EQ(state.at("state.0.step").item<int>(), 3);
        EXPECT_EQ(state.at("param_groups.0.lr").item<double>(), 0.1);
        optimizer = std::make_unique<optim::Adam>(std::vector<tt::Tensor>{p}, optim::AdamOptions{.lr = 7});
        optimizer->load_state_dict(state);
        EXPECT_EQ(optimizer->param_groups()[0].options.lr, 0.1);
      }
      optimizer->zero_grad();
      tt::sum(p * p).backward();
      optimizer->step();
    }
    return p.to_vector<float>();
  };
  EXPECT_EQ(run(false), run(true));
}

TEST(EagerOptim, StateDictIsASnapshot) {
  tt::Tensor p = tt::ones({2}).set_requires_grad();
  optim::SGD optimizer({p}, {.lr = 0.1, .momentum = 0.9});
  tt::sum(p).backward();
  optimizer.step();
  const tt::StateDict state = optimizer.state_dict();
  optimizer.step();
  EXPECT_EQ(state.at("state.0.momentum_buffer").to_vector<float>(), (std::vector<float>{1, 1}));
  EXPECT_EQ(state.at("state.0.step").item<int>(), 1);
}

// torch.optim.Adagrad([w], initial_accumulator_value=0.5).state_dict(): the only optimizer whose state is made with it.
TEST(EagerOptim, AdagradHasStateFromTheStart) {
  const tt::Tensor w = tt::ones({2, 3}).set_requires_grad(), late = tt::ones({2}, tt::float64).set_requires_grad();
  optim::Adagrad optimizer({w}, {.initial_accumulator_value = 0.5});
  optimizer.add_param_group(std::vector{late});
  const tt::StateDict state = optimizer.state_dict();
  EXPECT_EQ(state.at("state.0.step").item<int>(), 0);
  EXPECT_EQ(state.at("state.0.sum").to_vector<float>(), std::vector<float>(6, 0.5));
  EXPECT_EQ(state.at("state.1.sum").to_vector<double>(), std::vector<double>(2, 0.5));
  tt::sum(w).backward();
  optimizer.step();
  EXPECT_EQ(optimizer.state_dict().at("state.0.sum").to_vector<float>(), std::vector<float>(6, 1.5));
  EXPECT_EQ(optimizer.state_dict().at("state.1.step").item<int>(), 0);  // it had no gradient
  EXPECT_EQ(state.at("state.0.sum").to_vector<float>(), std::vector<float>(6, 0.5));
}

// As in PyTorch: what the state does not have is forgotten.
template <class O>
void expect_forgetting(const typename O::Options& options) {
  const auto made = [&] {
    const tt::Tensor p = tt::tensor<float>({{1, -2}, {3, 0.5}}).set_requires_grad();
    return std::pair(p, std::make_unique<O>(std::vector<tt::Tensor>{p}, options));
  };
  const auto steps = [](const tt::Tensor& p, O& optimizer, int count) {
    for (int i = 0; i < count; ++i)
      optimizer.step([&] {
        optimizer.zero_grad();
        tt::Tensor loss = tt::sum(p * p * p * p);
        loss.backward();
        return loss;
      });
  };
  auto [p, begun] = made();
  auto [q, fresh] = made();
  const tt::StateDict never_stepped = fresh->state_dict();
  steps(p, *begun, 3);
  const tt::StateDict full = begun->state_dict();
  begun->load_state_dict(never_stepped);
  EXPECT_EQ(begun->state_dict().size(), never_stepped.size()) << *begun;
  p.set_requires_grad(false).copy_(q.detach());
  p.set_requires_grad();
  steps(p, *begun, 3);
  steps(q, *fresh, 3);
  EXPECT_EQ(p.template to_vector<float>(), q.template to_vector<float>()) << *begun;
  auto [r, another] = made();
  another->load_state_dict(full);
  EXPECT_EQ(another->state_dict().size(), full.size()) << *another;
}

TEST(EagerOptim, StateFromBeforeTheFirstStep) {
  expect_forgetting<optim::SGD>({.momentum = 0.9});
  expect_forgetting<optim::Adam>({.amsgrad = true});
  expect_forgetting<optim::AdamW>({});
  expect_forgetting<optim::NAdam>({});
  expect_forgetting<optim::RAdam>({});
  expect_forgetting<optim::Adamax>({});
  expect_forgetting<optim::Adagrad>({.initial_accumulator_value = 0.5});
  expect_forgetting<optim::Adadelta>({});
  expect_forgetting<optim::RMSprop>({.momentum = 0.9, .centered = true});
  expect_forgetting<optim::Rprop>({});
  expect_forgetting<optim::ASGD>({});
  expect_forgetting<optim::LBFGS>({.lr = 0.01});
  expect_forgetting<optim::Adafactor>({});
  expect_forgetting<optim::Muon>({});
  expect_forgetting<optim::Lion>({});
}

// Errors of PyTorch's load_state_dict, whether a step was taken or not.
TEST(EagerOptim, StateOfOtherGroups) {
  const auto leaf = [] { return tt::ones({2}).set_requires_grad(); };
  optim::SGD one({leaf()}), two({leaf(), leaf()}), groups({{{leaf()}}, {{leaf()}}});
  EXPECT_EQ(groups.state_dict().at("param_groups.1.params").to_vector<std::int64_t>(), std::vector<std::int64_t>{1});
  EXPECT_ARGUMENT_ERROR(
      one.load_state_dict(two.state_dict()),
      "[SGD] a group differs in its number of parameters: group 0 has 2 in the state, 1 in the optimizer");
  EXPECT_ARGUMENT_ERROR(one.load_state_dict(groups.state_dict()),
                        "[SGD] the numbers of parameter groups differ: 2 in the state, 1 in the optimizer");
  EXPECT_ARGUMENT_ERROR(groups.load_state_dict(one.state_dict()),
                        "[SGD] the numbers of parameter groups differ: 1 in the state, 2 in the optimizer");
  tt::StateDict older = one.state_dict();  // of a version that did not say the parameters
  older.erase("param_groups.0.params");
  one.load_state_dict(older);
}

TEST(EagerOptim, StateThatDoesNotFit) {
  tt::Tensor p = tt::ones({2}).set_requires_grad(), q = tt::ones({3}).set_requires_grad();
  optim::SGD one({p}, {.lr = 0.1, .momentum = 0.9}), other({q}, {.lr = 0.3, .momentum = 0.9});
  tt::sum(p).backward();
  one.step();
  const tt::StateDict state = one.state_dict();
  EXPECT_ARGUMENT_ERROR(other.load_state_dict(state), "'state.0.momentum_buffer' is (2,), expected (3,)");
  EXPECT_EQ(other.param_groups()[0].options.lr, 0.3);
  optim::Adam adam({p});
  EXPECT_ARGUMENT_ERROR(adam.load_state_dict(state), "'param_groups.0.beta1' is missing");
  tt::StateDict more = state;
  more.set("state.7.step", tt::zeros({}, tt::int64));
  EXPECT_ARGUMENT_ERROR(one.load_state_dict(more), "belong to no parameter or setting");
}

TEST(EagerOptim, BadInput) {
  tt::Tensor p = tt::ones({2}).set_requires_grad();
  EXPECT_ARGUMENT_ERROR(optim::SGD({}), "there is no parameter");
  EXPECT_ARGUMENT_ERROR(optim::SGD({p, p}), "parameter 1 is there twice");
  EXPECT_ARGUMENT_ERROR(optim::SGD({p * 2}), "a parameter is not a leaf");
  EXPECT_ARGUMENT_ERROR(optim::SGD({tt::Tensor()}), "a parameter is undefined");
  EXPECT_ARGUMENT_ERROR(optim::SGD({tt::zeros({1}, tt::int64)}), "floating-point");
  EXPECT_ARGUMENT_ERROR(optim::SGD({p}, {.lr = -1}), "lr is negative or not finite");
  EXPECT_ARGUMENT_ERROR(optim::SGD({p}, {.nesterov = true}), "nesterov comes without a momentum, or with dampening");
  EXPECT_ARGUMENT_ERROR(optim::Adam({p}, {.betas = {0.9, 1}}), "a beta is outside of [0, 1)");
  EXPECT_ARGUMENT_ERROR(optim::AdamW({p}, {.eps = -1}), "[AdamW] eps is negative or not finite");
  optim::Adam adam({p});
  EXPECT_ARGUMENT_ERROR(adam.add_param_group({p}, {}), "is there twice");
  adam.set_lr(NAN);
  EXPECT_ARGUMENT_ERROR(adam.step(), "lr is negative or not finite");
}

TEST(EagerOptim, StepHooksStandAroundTheClosure) {
  tt::Tensor p = tt::ones({1}).set_requires_grad();
  optim::SGD optimizer({p}, 1);
  std::string order;
  auto before = optimizer.register_step_pre_hook([&](optim::Optimizer& which) {
    EXPECT_EQ(&which, &optimizer);
    order += "before ";
  });
  auto after =
      optimizer.register_step_post_hook([&](optim::Optimizer&) { order += std::to_string(p.item<int>()) + " "; });
  p.set_grad(tt::ones({1}));
  optimizer.step();
  optimizer.step([&] {
    order += "closure ";
    return tt::sum(p);
  });
  before.remove();
  after.remove();
  optimizer.step();
  EXPECT_EQ(order, "before 0 before closure -1 ");
  EXPECT_THROW(optimizer.register_step_pre_hook(nullptr), tt::ArgumentError);
  optimizer.register_step_pre_hook([](optim::Optimizer&) { throw std::runtime_error("mine"); });
  EXPECT_THROW(optimizer.step(), std::runtime_error);
  EXPECT_EQ(p.item<int>(), -2);
}

TEST(EagerOptim, TrainsALinearModel) {
  nn::Linear model(3, 1);
  optim::SGD optimizer(model.parameters(), {.lr = 0.1, .momentum = 0.9});
  const tt::Tensor x = tt::tensor<float>({1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1}, {4, 3});
  const tt::Tensor y = tt::tensor<float>({3, 0, 5, 6}, {4, 1});  // 2 a - b + 4 c + 1
  float last = 0;
  for (int i = 0; i < 400; ++i) {
    optimizer.zero_grad();
    const tt::Tensor error = model(x) - y, loss = tt::mean(error * error);
    loss.backward();
    optimizer.step();
    last = loss.item<float>();
  }
  EXPECT_LT(last, 1e-6f);
  EXPECT_NEAR(model.bias.item<float>(), 1, 1e-2);
}
