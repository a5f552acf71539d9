// What a user of PyTorch does wrong while a model is built, trained, saved and looked at: each mistake is told in the
// words of the design, at the line that makes it, and leaves everything as it was.
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <thread>

#include "bad_input.h"
#include "files.h"
#include "triptych/core/batching.h"
#include "triptych/core/warning.h"
#include "triptych/eager.h"

namespace tt = triptych;
namespace data = triptych::data;
namespace eager = triptych::eager;
namespace func = triptych::eager::func;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
namespace lr = triptych::eager::optim::lr_scheduler;
namespace rnn = triptych::eager::nn::utils::rnn;
namespace parametrize = triptych::eager::nn::utils::parametrize;
namespace profiler = triptych::eager::profiler;
namespace swa = triptych::eager::optim::swa_utils;
namespace transforms = triptych::data::transforms;
using tt::Tensor;

namespace {

/// The same at another line of this file: where what is wrong was computed.
template <class F>
void expect_users_line(const std::string& start, const F& call) {
  try {
    call();
    ADD_FAILURE() << "no error, expected " << start;
  } catch (const tt::ArgumentError& error) {
    EXPECT_EQ(std::string(error.what()).substr(0, start.size()), start);
    EXPECT_EQ(error.where().text().substr(0, 22), "misuse_eager_test.cpp:") << error.what();
  }
}
#define EXPECT_USERS_LINE(start, ...) expect_users_line(start, [&] { static_cast<void>(__VA_ARGS__); })

class MisuseEager : public testing::Test {
 protected:
  static Tensor leaf(const tt::Shape& shape = {3}) { return tt::ones(shape).set_requires_grad(); }

  const Tensor none{}, vector = tt::ones({3}), matrix = tt::ones({2, 3}), integers = tt::ones({3}, tt::int64);
  const Tensor doubles = tt::ones({2, 3}, tt::float64), images = tt::ones({1, 2, 5, 5});
  const tt::GraphHandle graph;
  const Tensor symbolic = tt::graph_placeholder(graph, "x", tt::float32, {3}, {}, {});
};

TEST_F(MisuseEager, KeysOfStates) {
  nn::Sequential net(nn::make<nn::Linear>(3, 2), nn::make<nn::BatchNorm1d>(2));
  const tt::StateDict whole = net.state_dict();
  tt::StateDict state = whole;
  state.erase("0.bias");
  EXPECT_BAD("[load_state_dict] the keys of the state and of Sequential differ: missing '0.bias'",
             net.load_state_dict(state));
  state.add("0.biass", tt::ones({2}));
  EXPECT_BAD("[load_state_dict] the keys of the state and of Sequential differ: missing '0.bias'; unexpected '0.biass'",
             net.load_state_dict(state));
  state = whole;
  state.set("0.weight", tt::ones({3, 2}));
  EXPECT_BAD("[load_state_dict] a shape differs: '0.weight' is float32 (2, 3) here and float32 (3, 2) in the state",
             net.load_state_dict(state));
  EXPECT_BAD("[load_state_dict] a shape differs: '0.weight' is float32 (2, 3) here and float32 (3, 2) in the state",
             net.load_state_dict(state, false));
  state = whole;
  state.set("1.num_batches_tracked", none);
  EXPECT_BAD("[load_state_dict] a value is undefined: '1.num_batches_tracked' is a default-constructed Tensor",
             net.load_state_dict(state));
  EXPECT_BAD(
      "[load_state_dict] the keys of the state and of Sequential differ: missing '0.weight', '0.bias', '1.weight',",
      net.load_state_dict(tt::StateDict()));
  state = whole;
  EXPECT_BAD("[StateDict] two tensors have one name: '0.bias'", state.add("0.bias", vector));
  EXPECT_BAD("[StateDict] there is no tensor of that name: '0.bais'", state.at("0.bais"));
  EXPECT_BAD("[StateDict] two tensors have one name: 'a'", tt::StateDict({{"a", vector}, {"a", vector}}));
  EXPECT_BAD("[get_parameter] there is no parameter of this name: 'bais' in a Linear", net.get_parameter("0.bais"));
  EXPECT_BAD("[get_submodule] there is no module of this name: '7' of '7' in a Sequential",
             net.get_parameter("7.weight"));
  EXPECT_BAD("[get_buffer] there is no buffer of this name: 'weight' in a BatchNorm1d", net.get_buffer("1.weight"));
  EXPECT_BAD("[get_submodule] there is no module of this name: 'weight' of '0.weight' in a Linear",
             net.get_submodule("0.weight"));

  optim::Adam adam(net.parameters());
  optim::SGD sgd(net.parameters(), {.momentum = 0.9});
  tt::StateDict of_adam = adam.state_dict();
  EXPECT_BAD("[SGD] the state lacks a setting: 'param_groups.0.momentum' is missing", sgd.load_state_dict(of_adam));
  of_adam.erase("param_groups.0.lr");
  EXPECT_BAD("[Adam] the state lacks a setting: 'param_groups.0.lr' is missing", adam.load_state_dict(of_adam));
  tt::sum(net(matrix)).backward();
  adam.step();
  EXPECT_BAD("[Adam] a group differs in its number of parameters: group 0 has ",
             optim::Adam({leaf()}).load_state_dict(adam.state_dict()));
  tt::StateDict of_sgd = sgd.state_dict();
  of_sgd.set("param_groups.0.lr", tt::full({}, -1.0, tt::float64));
  EXPECT_BAD("[SGD] lr is negative or not finite: -1", sgd.load_state_dict(of_sgd));
  EXPECT_BAD("[CosineAnnealingWarmRestarts] epoch is no number that is counted to: 1e+300",
             lr::CosineAnnealingWarmRestarts(sgd, 5).step(1e300));
  EXPECT_THROW(nn::AdaptiveLogSoftmaxWithLoss(8, 20, {5}, 1e-300), tt::ArgumentError);
  lr::StepLR scheduler(sgd, 2);
  tt::StateDict of_scheduler = scheduler.state_dict();
  EXPECT_BAD("[ExponentialLR] the state does not fit the scheduler: 6 entries, expected 5",
             lr::ExponentialLR(sgd, 0.5).load_state_dict(of_scheduler));
  of_scheduler.erase("gamma");
  EXPECT_BAD("[StepLR] the state does not fit the scheduler: 5 entries, expected 6",
             scheduler.load_state_dict(of_scheduler));
  eager::amp::GradScaler scaler;
  tt::StateDict of_scaler = scaler.state_dict();
  of_scaler.erase("scale");
  EXPECT_BAD("[GradScaler] there is no tensor of that name: 'scale'", scaler.load_state_dict(of_scaler));
  of_scaler.add("scale", tt::full({}, -1.0));
  EXPECT_BAD("[GradScaler] init_scale is not positive, or not finite: -1", scaler.load_state_dict(of_scaler));
  data::DataLoader loader(data::TensorDataset(matrix), {.shuffle = true, .seed = 1});
  tt::StateDict of_loader = loader.state_dict();
  EXPECT_BAD("[DataLoader] the state is of a loader with another seed: 1, not 2",
             data::DataLoader(data::TensorDataset(matrix), {.shuffle = true, .seed = 2}).load_state_dict(of_loader));
  of_loader.erase("epoch");
  EXPECT_BAD("[DataLoader] there is no tensor of that name: 'epoch'", loader.load_state_dict(of_loader));
  const tt::Checkpoint checkpoint{{"model", whole}};
  EXPECT_BAD("[Checkpoint] there is no part of that name: 'optimizer'", checkpoint["optimizer"]);
  EXPECT_BAD("[Checkpoint] there is no part of that name: 'modell'", checkpoint.at("modell"));
  EXPECT_BAD("[Checkpoint] the name of a part is empty, or has a slash or a line break: 'a/b'",
             tt::Checkpoint({{"a/b", whole}}));
}

TEST_F(MisuseEager, DtypesAndDevices) {
  nn::Linear linear(3, 2);
  nn::Conv2d conv(2, 2, 3);
  nn::LSTM lstm(3, 2);
  nn::Embedding embedding(4, 2);
  nn::MultiheadAttention attention(4, 2);
  nn::BatchNorm1d norm(3);
  EXPECT_BAD("[linear] dtypes differ: inputs are float64 (2, 3), float32 (2, 3), float32 (2,)", linear(doubles));
  EXPECT_BAD("[linear] dtypes differ: inputs are int64 (3,), float32 (2, 3), float32 (2,)", linear(integers));
  EXPECT_BAD("[conv2d] dtypes differ: inputs are float64 (1, 2, 5, 5), float32 (2, 2, 3, 3), float32 (2,)",
             conv(tt::ones({1, 2, 5, 5}, tt::float64)));
  EXPECT_BAD("[linear] dtypes differ: inputs are float64 (4, 1, 3), float32 (8, 3), float32 (8,)",
             lstm(tt::ones({4, 1, 3}, tt::float64)));
  EXPECT_BAD("[embedding] indices are not integers: inputs are float32 (4, 2), float32 (3,)", embedding(vector));
  EXPECT_BAD(
      "[batch_norm] the input is not floating-point: inputs are int32 (2, 3), float32 (3,), float32 (3,), float32",
      norm(tt::ones({2, 3}, tt::int32)));
  EXPECT_BAD("[linear] dtypes differ: inputs are float64 (1, 2, 4), float32 (4, 4), float32 (4,)",
             attention(tt::ones({2, 1, 4}), tt::ones({2, 1, 4}, tt::float64), tt::ones({2, 1, 4})));
  EXPECT_BAD("[Module::to] a module cannot be converted to a dtype that is not floating-point: int64 was given",
             linear.to(tt::int64));
  EXPECT_BAD("[Module::to] a module cannot be converted to a dtype that is not floating-point: bool was given",
             linear.to(tt::boolean));
  EXPECT_BAD("[cross_entropy] probabilities do not have the shape of the logits: logits are (2, 3), target is (2,)",
             nn::cross_entropy(matrix, tt::zeros({2})));
  EXPECT_BAD("[cross_entropy] a label is out of range: label 3 at position (0,) for 3 classes",
             nn::cross_entropy(matrix, tt::full({2}, 3, tt::int64)));
  EXPECT_BAD("[nll_loss] a label is out of range: label -1 at position (0,) for 3 classes",
             nn::functional::nll_loss(matrix, tt::full({2}, -1, tt::int64)));
  EXPECT_BAD("[mse_loss] input and target differ in shape: input is (2, 3), target is (3,)",
             nn::functional::mse_loss(matrix, vector));
  EXPECT_BAD("[set_requires_grad] a tensor that is not floating-point has no gradient: int64 (2,)",
             tt::ones({2}, tt::int64).set_requires_grad());
  EXPECT_BAD(
      "[set_grad] a gradient differs from its tensor in shape or dtype: tensor float32 (2, 3), gradient float64 (2,",
      linear.weight.set_grad(tt::ones({2, 3}, tt::float64)));
  EXPECT_BAD(
      "[set_grad] a gradient differs from its tensor in shape or dtype: tensor float32 (2, 3), gradient float32 (3,",
      linear.weight.set_grad(tt::ones({3, 2})));
  if (tt::cuda_device_count() == 0) {
    EXPECT_UNSUPPORTED("[device] this build has no CUDA: Device::cuda(0)", linear.cuda());
    EXPECT_UNSUPPORTED("[device] this build has no CUDA: Device::cuda(0)", linear.to(tt::Device::cuda(0)));
    EXPECT_UNSUPPORTED("[device] this build has no CUDA: Device::cuda(1)", vector.to(tt::Device::cuda(1)));
  }
  EXPECT_BAD("[autocast] the dtype is neither float16 nor bfloat16: int64", tt::Autocast({.dtype = tt::int64}));
}

TEST_F(MisuseEager, OptimizersAndSchedulers) {
  Tensor p = leaf(), q = leaf();
  optim::SGD sgd({p}, 0.1);
  EXPECT_BAD("[SGD] lr is negative or not finite: nan", optim::SGD({p}, {.lr = std::nan("")}));
  EXPECT_BAD("[SGD] a parameter is not a leaf: parameter 1 is the result of mul", optim::SGD({p, q * 2}));
  EXPECT_BAD("[SGD] a parameter is given twice: parameter 0 is there twice", sgd.add_param_group({p}, {}));
  EXPECT_BAD("[SGD] lr is negative or not finite: -1", sgd.add_param_group({q}, {.lr = -1}));
  EXPECT_BAD("[SGD] there is no such group: 1 of 1", sgd.option(1, "lr"));
  EXPECT_BAD("[SGD] there is no option of this name: 'beta1'", sgd.option(0, "beta1"));
  EXPECT_BAD("[SGD] lr is negative or not finite: -0.1", sgd.set_option(0, "lr", -0.1));
  EXPECT_BAD("[step] there is no function: an empty one", sgd.step(std::function<Tensor()>()));
  EXPECT_BAD("[register_step_pre_hook] there is no function: an empty one", sgd.register_step_pre_hook({}));
  optim::LBFGS lbfgs({leaf()});
  EXPECT_BAD("[LBFGS] there is no closure: step() without an argument", lbfgs.step());
  EXPECT_BAD("[step] there is no function: an empty one", lbfgs.step(std::function<Tensor()>()));
  EXPECT_BAD("[LBFGS] the closure does not give a loss: (2, 3)", lbfgs.step([&] { return matrix; }));
  EXPECT_BAD("[LBFGS] the closure does not give a loss: an undefined tensor", lbfgs.step([&] { return none; }));
  EXPECT_BAD("[LBFGS] parameters are given in two groups: a second one", lbfgs.add_param_group({q}, {}));
  EXPECT_BAD("[LBFGS] line_search_fn is unknown: 'wolfe'", optim::LBFGS({p}, {.line_search_fn = "wolfe"}));
  EXPECT_BAD("[StepLR] step_size is not positive: 0", lr::StepLR(sgd, 0));
  EXPECT_BAD("[MultiStepLR] a milestone is negative: -1", lr::MultiStepLR(sgd, {3, -1}));
  EXPECT_BAD("[LambdaLR] there is no function: an empty one", lr::LambdaLR(sgd, lr::LRLambda()));
  EXPECT_BAD("[LambdaLR] there is not one function for each group: 2 functions, 1 groups",
             lr::LambdaLR(sgd, std::vector<lr::LRLambda>(2, [](std::int64_t) { return 1.0; })));
  EXPECT_BAD("[CosineAnnealingLR] T_max is not positive: 0", lr::CosineAnnealingLR(sgd, 0));
  EXPECT_BAD("[OneCycleLR] the number of steps is not known: neither total_steps nor epochs and steps_per_epoch",
             lr::OneCycleLR(sgd, 0.1, lr::OneCycleLROptions{}));
  EXPECT_BAD("[OneCycleLR] anneal_strategy is unknown: 'exp'",
             lr::OneCycleLR(sgd, 0.1, {.total_steps = 10, .anneal_strategy = "exp"}));
  EXPECT_BAD("[OneCycleLR] there is not one value for each group: max_lr has 2, the optimizer 1",
             lr::OneCycleLR(sgd, {0.1, 0.2}, 10));
  EXPECT_BAD("[CyclicLR] mode is unknown: 'round'", lr::CyclicLR(sgd, 0.1, 0.2, {.mode = "round"}));
  optim::SGD fresh({leaf()}, 0.1);
  EXPECT_BAD("[StepLR] a group has no initial_lr to go on from: group 0", lr::StepLR(fresh, 2, 0.1, 5));
  EXPECT_BAD("[ReduceLROnPlateau] mode is unknown: 'least'", lr::ReduceLROnPlateau(sgd, "least"));
  lr::ReduceLROnPlateau plateau(sgd);
  EXPECT_BAD("[ReduceLROnPlateau] there is no metric: step() without an argument", plateau.step());
  EXPECT_BAD("[ReduceLROnPlateau] the tensor does not have exactly one element: float32 (3,)", plateau.step(vector));
  EXPECT_BAD("[ChainedScheduler] there is no scheduler: an empty list", lr::ChainedScheduler({}));
  EXPECT_BAD("[SequentialLR] there is not one milestone between each two schedulers: 1 schedulers, 1 milestones",
             lr::SequentialLR(sgd, {std::make_shared<lr::ConstantLR>(sgd)}, {3}));
  EXPECT_BAD("[SequentialLR] there is no scheduler: a null pointer", lr::SequentialLR(sgd, {nullptr}, {}));
  lr::LambdaLR wild(sgd, [](std::int64_t epoch) { return epoch == 0 ? 1 : -1; });
  sgd.step();
  EXPECT_BAD("[LambdaLR] the plan gives a learning rate that is negative or not finite: -0.1", wild.step());
  lr::ExponentialLR steady(sgd, 0.9);
  sgd.add_param_group({q}, {});
  EXPECT_BAD("[ExponentialLR] the optimizer has another number of groups than at first: 2, at first 1", steady.step());
  auto gone = std::make_unique<optim::SGD>(std::vector<Tensor>{leaf()}, 0.1);
  lr::StepLR orphan(*gone, 2);
  gone.reset();
  EXPECT_BAD("[StepLR] the optimizer is gone: its life has ended", orphan.step());
  EXPECT_BAD("[clip_grad_norm_] a tensor is undefined: number 0", nn::utils::clip_grad_norm_({none}, 1));
  EXPECT_BAD("[clip_grad_norm_] max_norm is negative or NaN: -1", nn::utils::clip_grad_norm_({p}, -1));
  EXPECT_BAD("[clip_grad_norm_] norm_type is not positive: 0", nn::utils::clip_grad_norm_({p}, 1, 0));
  EXPECT_BAD("[clip_grad_value_] clip_value is negative or NaN: nan", nn::utils::clip_grad_value_({p}, std::nan("")));
  p.set_grad(tt::full({3}, std::numeric_limits<float>::infinity()));
  EXPECT_BAD("[clip_grad_norm_] the total norm is not finite: inf", nn::utils::clip_grad_norm_({p}, 1, 2, true));
  EXPECT_BAD("[parameters_to_vector] there is no parameter: an empty list", nn::utils::parameters_to_vector({}));
  EXPECT_BAD("[vector_to_parameters] the vector has not the parameters' number of elements: (4,), expected (3,)",
             nn::utils::vector_to_parameters(tt::ones({4}), {p}));
  EXPECT_BAD("[vector_to_parameters] the vector has not the parameters' number of elements: (2, 3), expected (6,)",
             nn::utils::vector_to_parameters(matrix, {p, q}));
  eager::amp::GradScaler scaler;
  EXPECT_BAD("[GradScaler] growth_factor is 1 or less: 1", eager::amp::GradScaler({.growth_factor = 1}));
  EXPECT_BAD("[GradScaler] there was no step since the last update: no optimizer was checked", scaler.update());
  optim::SGD other({leaf()}, 0.1);
  EXPECT_BAD("[GradScaler] no parameter of the optimizer has a gradient: SGD", scaler.step(other));
  EXPECT_BAD("[tensor] the tensor is undefined: a default-constructed Tensor", scaler.scale(none));
  nn::Linear linear(3, 1), wide(4, 1);
  EXPECT_BAD("[AveragedModel] there are two functions: avg_fn and multi_avg_fn",
             swa::AveragedModel<nn::Linear>(
                 linear, {.avg_fn = swa::get_swa_avg_fn(), .multi_avg_fn = swa::get_swa_multi_avg_fn()}));
  swa::AveragedModel<nn::Linear> averaged(linear);
  EXPECT_BAD(
      "[update_parameters] the model has other parameters or buffers than the average: [(1, 4), (1,)] and [], the",
      averaged.update_parameters(wide));
  EXPECT_BAD("[get_ema_avg_fn] decay is outside of [0, 1]: 1.5", swa::get_ema_avg_fn(1.5));
  EXPECT_BAD("[SWALR] anneal_epochs is negative: -1", swa::SWALR(sgd, 0.1, -1));
  nn::Sequential with_norm(nn::make<nn::Linear>(3, 2), nn::make<nn::BatchNorm1d>(2));
  EXPECT_BAD("[update_bn] a batch is an empty list: no tensor",
             swa::update_bn(std::vector<std::vector<Tensor>>{{}}, with_norm));
  EXPECT_BAD("[linear] inner dimensions differ: x is (2, 4), the weight is (2, 3)",
             swa::update_bn(std::vector<Tensor>{tt::ones({2, 4})}, with_norm));
  EXPECT_BAD("[get_swa_avg_fn] an average and the model's tensor differ in shape: (3,) and (2, 3)",
             swa::get_swa_avg_fn()(vector, matrix, 1));
  EXPECT_BAD("[get_ema_multi_avg_fn] the averages and the model's tensors differ in number: 1 and 0",
             swa::get_ema_multi_avg_fn()({vector}, {}, 1));
  EXPECT_BAD("[get_swa_multi_avg_fn] num_averaged is negative or not finite: -1",
             swa::get_swa_multi_avg_fn()({vector}, {vector}, -1));
}

TEST_F(MisuseEager, Autograd) {
  Tensor x = leaf(), w = leaf();
  const Tensor y = x * w;
  EXPECT_BAD("[backward] the gradient is left out, and the tensor is no scalar: the tensor has shape (3,)",
             y.backward());
  EXPECT_BAD("[backward] the tensor does not depend on anything that requires a gradient: float32 (3,)",
             vector.backward());
  EXPECT_BAD(
      "[backward] a gradient differs from its tensor in shape or dtype: tensor float32 (3,), gradient float32 (2,)",
      y.backward(tt::ones({2})));
  EXPECT_BAD(
      "[backward] a gradient differs from its tensor in shape or dtype: tensor float32 (3,), gradient float64 (3,)",
      y.backward(tt::ones({3}, tt::float64)));
  const Tensor loss = tt::sum(y);
  loss.backward();
  EXPECT_USERS_LINE("[backward] the saved values of this computation were freed", loss.backward());
  EXPECT_BAD("[add_] a leaf that requires a gradient cannot be changed in place while recording: float32 (3,)",
             x.add_(1));
  EXPECT_BAD("[backward] the tensor does not depend on anything that requires a gradient: float32 (3,)",
             x.detach().backward());
  EXPECT_BAD("[gradients] no y depends on an x: x number 0 of shape (3,)", eager::grad(tt::sum(x), w));
  EXPECT_BAD("[gradients] an x does not require a gradient: float32 (3,)", eager::grad(tt::sum(x), vector));
  EXPECT_BAD("[backward] there are more grad_ys than ys: 2 for 1", eager::backward({loss}, {vector, vector}));
  EXPECT_BAD("[set_requires_grad] a tensor that is no leaf cannot change it: the result of mul",
             Tensor(y).set_requires_grad(false));
  EXPECT_BAD("[register_hook] the tensor needs no gradient: float32 (3,)", vector.register_hook([](const Tensor&) {}));
  EXPECT_BAD("[register_hook] there is no function: an empty one",
             y.register_hook(std::function<Tensor(const Tensor&)>()));
  EXPECT_BAD("[register_post_accumulate_grad_hook] the tensor is no leaf that requires a gradient: float32 (3,)",
             eager::register_post_accumulate_grad_hook(y, [](Tensor&) {}));
  EXPECT_BAD("[retain_grad] the tensor needs no gradient: float32 (3,)", Tensor(vector).retain_grad());
  EXPECT_BAD("[backward] the tensor does not depend on anything that requires a gradient: a default-constructed Tensor",
             none.backward());
  Tensor view = vector[0];
  EXPECT_BAD(
      "[fill_] a view cannot be written to while the tensor that it was made from lives: the view float32 () was",
      view.fill_(2));
  EXPECT_BAD("[item] the tensor does not have exactly one element: float32 (3,)", vector.item());
  EXPECT_BAD("[checkpoint_sequential] there are not so many segments: 1 of 0 functions",
             eager::utils::checkpoint_sequential({}, 1, vector));
  struct Short : eager::Function<Short> {
    static Tensor forward(eager::FunctionContext&, const Tensor& a, const Tensor& b) { return a * b; }
    static std::vector<Tensor> backward(eager::FunctionContext&, std::span<const Tensor> up) { return {up[0]}; }
  };
  const Tensor of_short = tt::sum(Short::apply(x, w));
  EXPECT_USERS_LINE("[Function] backward does not return one gradient for each tensor", of_short.backward());
  struct Wrong : eager::Function<Wrong> {
    static Tensor forward(eager::FunctionContext&, const Tensor& a) { return a * 1; }
    static std::vector<Tensor> backward(eager::FunctionContext& context, std::span<const Tensor>) {
      static_cast<void>(context.needs_input_grad(0));
      return {tt::ones({7})};
    }
  };
  const Tensor of_wrong = tt::sum(Wrong::apply(x));
  EXPECT_USERS_LINE("[Function] a gradient differs from its tensor in shape or dtype", of_wrong.backward());
}

TEST_F(MisuseEager, Transforms) {
  const auto sum = [](const Tensor& a, const Tensor& b) { return a + b; };
  EXPECT_BAD("[vmap] the arguments differ in the number of examples: 2 and 3", func::vmap(sum)(matrix, vector));
  EXPECT_BAD("[vmap] the arguments differ in the number of examples: 2 and 3",
             func::vmap(sum)(matrix, tt::ones({3, 3})));
  EXPECT_BAD("[vmap] the arguments differ in the number of examples: 2 and 3",
             func::vmap(sum, {0, 1})(matrix, tt::ones({2, 3})));
  EXPECT_BAD("[vmap] in_dims do not fit the arguments: 3 for 2 arguments", func::vmap(sum, {0, 0, 0})(matrix, matrix));
  EXPECT_BAD("[vmap] no argument has an axis of examples: in_dims are all `none`",
             func::vmap(sum, {tt::none, tt::none})(matrix, matrix));
  EXPECT_BAD("[vmap] an axis of in_dims is out of range: 2 for argument 0, float32 (2, 3)",
             func::vmap(sum, 2)(matrix, matrix));
  EXPECT_BAD("[vmap] an axis of out_dims is out of range: 3 for a result of 2 axes",
             func::vmap(sum, 0, 3)(matrix, matrix));
  EXPECT_BAD("[vmap] out_dims do not fit the results: 2 for 1 tensors", func::vmap(sum, 0, {0, 0})(matrix, matrix));
  EXPECT_BAD("[vmap] chunk_size is negative: -2", func::vmap(sum, 0, 0, {.chunk_size = -2})(matrix, matrix));
  EXPECT_BAD("[vmap] an argument is undefined: argument 0", func::vmap(sum)(none, matrix));
  EXPECT_BAD("[vmap] there is no example: an axis of length 0", func::vmap(sum)(tt::ones({0, 3}), tt::ones({0, 3})));
  EXPECT_BAD("[matmul] inner dimensions differ: a is (3,), b is (4, 2)", func::vmap([](const Tensor& a) {
               return tt::matmul(a, tt::ones({4, 2}));
             })(matrix));
  EXPECT_BAD("[item] a symbolic tensor has no values until a session runs it: node 'argument' float32 (), made at",
             func::vmap([](const Tensor& a) { return a.item<float>() > 0 ? a : -a; })(vector));
  EXPECT_BAD("[vmap] the function draws random numbers: 'random_uniform'",
             func::vmap([](const Tensor& a) { return a + tt::rand({3}); })(matrix));
  EXPECT_BAD("[grad] the function does not give a scalar: float32 (3,)",
             func::grad([](const Tensor& a) { return a * a; })(vector));
  EXPECT_BAD("[grad] what is differentiated with respect to is not floating-point: int64 (3,)",
             func::grad([](const Tensor& a) { return tt::sum(a); })(integers));
  EXPECT_BAD("[grad] the function gives an undefined tensor: result 0",
             func::grad([](const Tensor&) { return Tensor(); })(vector));
  EXPECT_BAD("[grad] there is no function: an empty one", func::grad(std::function<Tensor(const Tensor&)>()));
  EXPECT_BAD("[jvp] one of the tangents differs from what it belongs to: number 0 is float32 (2, 3) for float32 (3,)",
             func::jvp([](const Tensor& a) { return a; }, vector, matrix));
  EXPECT_BAD("[vjp] one of the cotangents differs from what it belongs to: number 0 is float32 (2, 3) for float32 (3,)",
             func::vjp([](const Tensor& a) { return a; }, vector).second(matrix));
  EXPECT_BAD("[jacrev] a result that is differentiated is not floating-point: int64 ()",
             func::jacrev([](const Tensor& a) { return tt::argmax(a); })(vector));
  EXPECT_BAD("[hessian] what is differentiated with respect to is not floating-point: int64 (3,)",
             func::hessian([](const Tensor& a) { return tt::sum(a); })(integers));
  nn::Linear linear(3, 2), wide(4, 2);
  EXPECT_BAD("[functional_call] the module has no parameter or buffer of this name: 'weigth'",
             func::functional_call(linear, {{"weigth", matrix}}, vector));
  EXPECT_BAD(
      "[functional_call] a tensor differs in shape from the one that it takes the place of: 'weight' is float32 (2,",
      func::functional_call(linear, {{"weight", vector}}, vector));
  EXPECT_BAD("[functional_call] a parameter or buffer is missing: 'bias'",
             func::functional_call(linear, {{"weight", matrix}}, {.strict = true}, vector));
  EXPECT_BAD("[stack_module_state] the models differ: at 'weight' of the first",
             func::stack_module_state({&linear, &wide}));
  EXPECT_BAD("[stack_module_state] there is no model: a null pointer",
             func::stack_module_state(std::vector<nn::Module*>{nullptr}));
  const auto branches = eager::compile([](const Tensor& a) { return a.item<float>() > 0 ? a : -a; });
  EXPECT_USERS_LINE("[item] a symbolic tensor has no values", branches(tt::ones({})));
  const auto fast = eager::compile(linear);
  EXPECT_BAD("[compile] an argument is undefined: tensor 0", fast(none));
  EXPECT_BAD("[linear] inner dimensions differ: x is (2, 4), the weight is (2, 3)", fast(tt::ones({2, 4})));
  EXPECT_BAD("[linear] dtypes differ: inputs are float64 (2, 3), float32 (2, 3), float32 (2,)", fast(doubles));
  EXPECT_BAD("[compile] there is no function: an empty one", eager::compile(std::function<Tensor(const Tensor&)>()));
  EXPECT_BAD("[make_graph] an argument is undefined or symbolic: tensor 0", eager::make_graph(linear, none));
  EXPECT_BAD("[linear] inner dimensions differ: x is (?, 5), the weight is (2, 3)",
             eager::make_graph(linear, tt::ones({2, 5})));
}

TEST_F(MisuseEager, Modules) {
  struct Net : nn::Module {
    nn::Linear& fc = add<nn::Linear>("fc", 3, 2);
    Tensor forward(const Tensor& x) override { return fc(x); }
  } net;
  EXPECT_BAD("[Module] an input is undefined: a default-constructed Tensor", net(none));
  EXPECT_BAD("[linear] inner dimensions differ: x is (2, 4), the weight is (2, 3)", net(tt::ones({2, 4})));
  EXPECT_BAD("[Net] the name of a member is taken: 'fc'", net.add<nn::Linear>("fc", 2, 2));
  EXPECT_BAD("[Net] a child module is a null pointer: 'fd'", net.adopt("fd", std::shared_ptr<nn::Linear>()));
  EXPECT_BAD("[get_submodule] there is no module of this name: 'deep' of 'fc.deep' in a Linear",
             net.set_submodule("fc.deep.er", std::make_unique<nn::Linear>(2, 2)));
  EXPECT_BAD("[Net] the name of a member is taken: 'fc'", net.register_buffer("fc", vector));
  EXPECT_BAD("[Net] a parameter is the result of a recorded op: 'w' is the result of mul",
             net.register_parameter("w", vector.clone().set_requires_grad() * 2));
  EXPECT_BAD("[Net] a parameter is symbolic: 'w'", net.register_parameter("w", symbolic));
  EXPECT_BAD("[Module::apply] there is no function: an empty one", net.apply(std::function<void(nn::Module&)>()));
  EXPECT_BAD("[register_forward_hook] there is no function: an empty one",
             net.register_forward_hook(std::function<void(nn::Module&, const Tensor&, const Tensor&)>()));
  EXPECT_BAD("[Module] the module is of another class than it is taken for: it is a Linear", net.fc.as<nn::Conv2d>());
  {
    const auto hook = net.register_forward_hook([](nn::Module&, const Tensor&, const Tensor& out) {
      return std::vector<Tensor>{out, out};
    });
    EXPECT_BAD("[Net] a forward hook gives another number of tensors than it was shown: 2 for 1", net(matrix));
    auto handle = hook;
    handle.remove();
  }
  net.fc.weight = tt::ones({2, 3});
  EXPECT_BAD("[Linear] a tensor that is no parameter was assigned to a parameter: 'weight' is now float32 (2, 3)",
             net(matrix));
  EXPECT_BAD("[Linear] a tensor that is no parameter was assigned to a parameter: 'weight' is now float32 (2, 3)",
             net.parameters());
  nn::Sequential sequence(nn::make<nn::Linear>(3, 2));
  EXPECT_BAD("[Sequential] there is no module at this index: 1 of 1", sequence[1]);
  EXPECT_BAD("[pop] there is no module at this index: 4 of 1", sequence.pop(4));
  EXPECT_BAD("[insert] there is no module at this index: 5 of 1", sequence.insert(5, nn::make<nn::ReLU>()));
  EXPECT_BAD("[set] there is no module at this index: -3 of 1", sequence.set(-3, nn::make<nn::ReLU>()));
  nn::ModuleDict dict({{"a", nn::make<nn::ReLU>()}});
  EXPECT_BAD("[ModuleDict] there is no module of this key: 'b'", dict["b"]);
  EXPECT_BAD("[ModuleDict] there is no module of this key: 'b'", dict.pop("b"));
  EXPECT_BAD("[ModuleDict] the module has no forward for one tensor: 'ModuleDict' was called with one", dict(vector));
  nn::ModuleList list({nn::make<nn::ReLU>()});
  EXPECT_BAD("[ModuleList] the module has no forward for one tensor: 'ModuleList' was called with one", list(vector));
  EXPECT_BAD("[ModuleList] there is no module at this index: 1 of 1", list.at(1));
  nn::LazyLinear lazy(2);
  EXPECT_BAD("[LazyLinear] a lazy module has no parameters yet: '' is a LazyLinear that was not called",
             optim::SGD(lazy.parameters(), 0.1));
  EXPECT_BAD("[LazyLinear] a lazy module has no parameters yet: '' is a LazyLinear that was not called",
             lazy.state_dict());
  EXPECT_BAD("[LazyLinear] the first input has another number of dimensions than the module takes: x is ()",
             lazy(tt::ones({})));
  nn::Linear linear(3, 2);
  EXPECT_BAD("[register_parametrization] there is no parameter of this name: 'wieght' in a Linear",
             parametrize::register_parametrization(linear, "wieght", nn::make<nn::ReLU>()));
  EXPECT_BAD(
      "[register_parametrization] the value has another shape or dtype than the parameter: float32 (6,) for float32",
      parametrize::register_parametrization(linear, "weight", nn::make<nn::Flatten>(0)));
  EXPECT_BAD("[remove_parametrizations] the parameter is not parametrized: 'weight'",
             parametrize::remove_parametrizations(linear, "weight"));
  EXPECT_BAD("[weight_norm] the axis is out of range: axis 3 of a tensor with 2 dimensions",
             nn::utils::parametrizations::weight_norm(linear, "weight", 3));
  EXPECT_BAD("[spectral_norm] n_power_iterations is not positive: 0",
             nn::utils::parametrizations::spectral_norm(linear, "weight", 0));
  EXPECT_BAD("[MultiheadAttention] num_heads does not divide embed_dim: 2 and 5", nn::MultiheadAttention(5, 2));
  EXPECT_BAD("[MultiheadAttention] num_heads does not divide embed_dim: 2 and 5", nn::TransformerEncoderLayer(5, 2));
  EXPECT_BAD("[GroupNorm] num_groups does not divide num_channels: 2 and 3", nn::GroupNorm(2, 3));
  EXPECT_BAD("[Conv2d] groups does not divide in_channels and out_channels: groups 2, channels 3 and 4",
             nn::Conv2d({.in_channels = 3, .out_channels = 4, .kernel_size = 3, .groups = 2}));
  EXPECT_BAD("[LSTM] num_layers is not positive: 0", nn::LSTM({.input_size = 2, .hidden_size = 2, .num_layers = 0}));
  nn::LSTM lstm(3, 2);
  EXPECT_BAD("[LSTM] the last dimension of the input is not input_size: (4, 1, 5) for 3", lstm(tt::ones({4, 1, 5})));
  EXPECT_BAD("[lstm] a first state does not fit the input: h_0 is (1, 2, 2), expected (1, 1, 2)",
             lstm(tt::ones({4, 1, 3}), {tt::ones({1, 2, 2}), tt::ones({1, 2, 2})}));
  nn::GRUCell cell(3, 2);
  EXPECT_BAD("[gru_cell] a first state does not fit the input: h is (3, 2), expected (2, 2)",
             cell(matrix, tt::ones({3, 2})));
  nn::MaxUnpool2d unpool(2);
  EXPECT_BAD("[max_unpool2d] x and indices differ in shape: x is (1, 2, 5, 5), indices are (3,)",
             unpool(images, vector));
  nn::Unflatten unflatten(1, {2, 2});
  EXPECT_BAD("[unflatten] the sizes do not fit the axis: (2, 2) for axis 1 of shape (2, 3)", unflatten(matrix));
  nn::PixelShuffle shuffle(2);
  EXPECT_BAD(
      "[pixel_shuffle] the channels are no multiple of upscale_factor squared: x is (1, 2, 5, 5), upscale_factor is",
      shuffle(images));
  EXPECT_BAD("[pack_padded_sequence] the lengths do not descend: [1 3]",
             rnn::pack_padded_sequence(tt::ones({3, 2, 1}), std::vector<std::int64_t>{1, 3}));
  EXPECT_BAD("[pack_padded_sequence] a length is not between 1 and the number of steps: 0 of 3",
             rnn::pack_padded_sequence(tt::ones({3, 2, 1}), std::vector<std::int64_t>{3, 0}));
  EXPECT_BAD("[pack_padded_sequence] a length is not between 1 and the number of steps: 4 of 3",
             rnn::pack_padded_sequence(tt::ones({3, 2, 1}), std::vector<std::int64_t>{4, 1}));
  EXPECT_BAD("[pack_padded_sequence] there is not one length for each sequence: 1 lengths for 2 sequences",
             rnn::pack_padded_sequence(tt::ones({3, 2, 1}), std::vector<std::int64_t>{3}));
  EXPECT_BAD("[pack_sequence] the lengths do not descend: [3 4]", rnn::pack_sequence({vector, tt::ones({4})}));
  EXPECT_BAD("[pad_sequence] there is no sequence: an empty list", rnn::pad_sequence({}));
  EXPECT_BAD("[pad_sequence] the sequences differ in more than their length: (3,) and (2, 3)",
             rnn::pad_sequence({vector, matrix}));
  Tensor row = tt::ones({3});
  EXPECT_BAD("[xavier_uniform_] the tensor has less than two dimensions: (3,)", nn::init::xavier_uniform_(row));
  EXPECT_BAD("[orthogonal_] the tensor has less than two dimensions: (3,)", nn::init::orthogonal_(row));
  EXPECT_BAD("[sparse_] the tensor is not a matrix: (3,)", nn::init::sparse_(row, 0.5));
  EXPECT_BAD("[calculate_gain] no nonlinearity has this name: 'rellu'", nn::init::calculate_gain("rellu"));
}

// What a user throws comes out as it is, and everything is as before.
struct Mine : std::runtime_error {
  using std::runtime_error::runtime_error;
};
[[noreturn]] void throw_mine() { throw Mine("not today"); }

TEST_F(MisuseEager, HooksThatThrow) {
  nn::BatchNorm1d norm(3);
  const auto counted = [&] { return norm.num_batches_tracked.item<std::int64_t>(); };
  const Tensor x = matrix.clone().set_requires_grad();
  auto before = norm.register_forward_pre_hook([](nn::Module&, const Tensor&) { throw_mine(); });
  EXPECT_THROW(norm(x), Mine);
  before.remove();
  auto after = norm.register_forward_hook([](nn::Module&, const Tensor&, const Tensor&) { throw_mine(); });
  EXPECT_THROW(norm(x), Mine);
  EXPECT_EQ(counted(), 0);
  after.remove();
  auto back = norm.register_full_backward_hook([](nn::Module&, const Tensor&, const Tensor&) { throw_mine(); });
  Tensor loss = tt::sum(norm(x) * x);
  EXPECT_THROW(loss.backward(), Mine);
  EXPECT_FALSE(x.grad().defined());
  EXPECT_FALSE(norm.weight.grad().defined());
  back.remove();
  auto back_pre = norm.register_full_backward_pre_hook([](nn::Module&, const Tensor&) { throw_mine(); });
  loss = tt::sum(norm(x) * x);
  EXPECT_THROW(loss.backward(), Mine);
  EXPECT_FALSE(x.grad().defined());
  back_pre.remove();
  auto of_tensor = x.register_hook([](const Tensor&) { throw_mine(); });
  loss = tt::sum(norm(x) * x);
  EXPECT_THROW(loss.backward(), Mine);
  EXPECT_FALSE(x.grad().defined());
  of_tensor.remove();
  loss = tt::sum(norm(x) * x);
  loss.backward();
  EXPECT_TRUE(x.grad().defined());

  nn::Linear linear(3, 1);
  optim::SGD sgd(linear.parameters(), 0.1);
  tt::sum(linear(matrix)).backward();
  const Tensor weight = linear.weight.detach().clone();
  auto pre = sgd.register_step_pre_hook([](optim::Optimizer&) { throw_mine(); });
  EXPECT_THROW(sgd.step(), Mine);
  EXPECT_TRUE(tt::array_equal(linear.weight, weight));
  pre.remove();
  EXPECT_THROW(sgd.step([]() -> Tensor { throw_mine(); }), Mine);
  EXPECT_TRUE(tt::array_equal(linear.weight, weight));
  sgd.step();
  EXPECT_FALSE(tt::array_equal(linear.weight, weight));
  lr::LambdaLR scheduler(sgd, [](std::int64_t epoch) -> double {
    if (epoch == 1) throw_mine();
    return 0.5;
  });
  EXPECT_THROW(scheduler.step(), Mine);
  EXPECT_EQ(scheduler.last_epoch(), 0);
  EXPECT_EQ(scheduler.get_last_lr()[0], 0.05);
  {
    const eager::SavedTensorsHooks hooks([](const Tensor&) -> int { throw_mine(); }, [](int) { return Tensor(); });
    EXPECT_THROW(tt::sum(tt::exp(x)), Mine);
  }
  EXPECT_THROW(eager::utils::checkpoint([](const Tensor&) -> Tensor { throw_mine(); }, x), Mine);
  EXPECT_THROW(func::vmap([](const Tensor&) -> Tensor { throw_mine(); })(matrix), Mine);
  EXPECT_THROW(func::grad([](const Tensor&) -> Tensor { throw_mine(); })(vector), Mine);
  EXPECT_THROW(eager::compile([](const Tensor&) -> Tensor { throw_mine(); })(matrix), Mine);
  EXPECT_THROW(linear.apply([](nn::Module&) { throw_mine(); }), Mine);
  nn::Sequential net([](const Tensor&) -> Tensor { throw_mine(); });
  EXPECT_THROW(net(matrix), Mine);
  EXPECT_NO_THROW(tt::sum(linear(matrix)).backward());
}

// An error of ours inside of a user's function names the user's line in there.
TEST_F(MisuseEager, ErrorsInsideOfAUsersFunctions) {
  const auto line_of = [](const std::function<void()>& call) {
    try {
      call();
    } catch (const tt::Error& error) {
      return error.where().text();
    }
    return std::string("no error");
  };
  const auto here = [](int line) { return tt::Location(__FILE__, line).text(); };
  nn::Linear linear(3, 1);
  optim::SGD sgd(linear.parameters(), 0.1);
  const Tensor x = matrix.clone().set_requires_grad();
  int line = 0;
  const auto bad = [&](const Tensor& t) {
    line = __LINE__ + 1;
    return tt::matmul(t, tt::ones({7, 7}));
  };
  const auto expect_inside = [&](const std::function<void()>& call) {
    line = 0;
    const std::string found = line_of(call);
    EXPECT_GT(line, 0);
    EXPECT_EQ(found, here(line));
  };
  {
    auto handle = linear.register_forward_hook([&](nn::Module&, const Tensor&, const Tensor& y) { bad(y); });
    expect_inside([&] { linear(x); });
    handle.remove();
  }
  {
    auto handle = linear.register_full_backward_hook([&](nn::Module&, const Tensor&, const Tensor& g) { bad(g); });
    const Tensor loss = tt::sum(linear(x));
    expect_inside([&] { loss.backward(); });
    handle.remove();
  }
  {
    auto handle = sgd.register_step_pre_hook([&](optim::Optimizer&) { bad(matrix); });
    expect_inside([&] { sgd.step(); });
    handle.remove();
  }
  expect_inside([&] { sgd.step([&] { return bad(matrix); }); });
  optim::LBFGS lbfgs(linear.parameters());
  expect_inside([&] { lbfgs.step([&] { return bad(matrix); }); });
  expect_inside([&] { eager::utils::checkpoint(bad, x); });
  expect_inside([&] { func::vmap(bad)(matrix); });
  expect_inside([&] { func::grad(bad)(vector); });
  expect_inside([&] { func::vjp(bad, vector); });
  expect_inside([&] { func::jacrev(bad)(vector); });
  expect_inside([&] { eager::compile(bad)(matrix); });
  expect_inside([&] {
    nn::Sequential net(bad);
    net(matrix);
  });
  expect_inside([&] { linear.apply([&](nn::Module&) { bad(matrix); }); });
  lr::LambdaLR scheduler(sgd, [&](std::int64_t epoch) {
    if (epoch > 0) bad(matrix);
    return 1.0;
  });
  sgd.step();
  expect_inside([&] { scheduler.step(); });
  swa::AveragedModel<nn::Linear> averaged(
      linear, {.avg_fn = [&](const Tensor& a, const Tensor&, std::int64_t) { return bad(a); }});
  averaged.update_parameters(linear);
  expect_inside([&] { averaged.update_parameters(linear); });
  swa::AveragedModel<nn::Linear> together(
      linear,
      {.multi_avg_fn = [&](const std::vector<Tensor>& a, const std::vector<Tensor>&, std::int64_t) { bad(a[0]); }});
  together.update_parameters(linear);
  expect_inside([&] { together.update_parameters(linear); });
  {
    const eager::SavedTensorsHooks hooks([&](const Tensor& t) { return bad(t); }, [](const Tensor& t) { return t; });
    expect_inside([&] { tt::exp(x); });
  }
  data::DataLoader loader(data::TensorDataset(matrix), {.collate_fn = [&](const std::vector<data::Example>& examples) {
                            return data::Batch{bad(examples[0].x), {}};
                          }});
  expect_inside([&] { loader.begin(); });
  const auto mapped = data::transformed(data::TensorDataset(matrix), bad);
  expect_inside([&] { mapped.get(0); });
}

struct Failing : data::Dataset {
  explicit Failing(std::int64_t at) : at(at) {}
  std::int64_t size() const override { return 8; }
  data::Example get(std::int64_t index) const override {
    if (index == at) throw_mine();
    return {tt::full({2}, static_cast<float>(index)), {}};
  }
  std::int64_t at;
};

TEST_F(MisuseEager, Loaders) {
  for (const int workers : {0, 1, 3}) {
    data::DataLoader loader(Failing(5), {.batch_size = 2, .num_workers = workers});
    std::int64_t batches = 0;
    const auto all = [&] {
      for (const auto& batch : loader) batches += batch.x.numel() > 0;
    };
    EXPECT_THROW(all(), Mine);
    EXPECT_EQ(batches, 2);
    EXPECT_THROW(all(), Mine);  // and again in the next epoch
    data::DataLoader wrong(
        Failing(-1),
        {.num_workers = workers, .collate_fn = [](const std::vector<data::Example>&) -> data::Batch { throw_mine(); }});
    EXPECT_THROW(wrong.begin(), Mine);
  }
  data::DataLoader unready(Failing(-1), {.num_workers = 2, .worker_init_fn = [](int) { throw_mine(); }});
  EXPECT_THROW(unready.begin(), Mine);
  const data::TensorDataset set(tt::ones({6, 2}));
  EXPECT_BAD("[DataLoader] batch_size is below 1: 0", data::DataLoader(set, {.batch_size = 0}));
  EXPECT_BAD("[DataLoader] num_workers is negative: -1", data::DataLoader(set, {.num_workers = -1}));
  EXPECT_BAD("[DataLoader] timeout is negative or NaN: -1", data::DataLoader(set, {.num_workers = 1, .timeout = -1}));
  EXPECT_BAD("[DataLoader] prefetch_factor is below 1: 0",
             data::DataLoader(set, {.num_workers = 1, .prefetch_factor = 0}));
  EXPECT_BAD("[DataLoader] two things decide the order: both sampler and shuffle",
             data::DataLoader(set, {.shuffle = true, .sampler = std::make_shared<data::SequentialSampler>()}));
  EXPECT_BAD("[DataLoader] a batch_sampler decides what is given besides: batch_size, shuffle, sampler or drop_last",
             data::DataLoader(set, {.batch_size = 2,
                                    .batch_sampler = std::make_shared<data::BatchSampler>(
                                        std::make_shared<data::SequentialSampler>(), 2, false)}));
  EXPECT_BAD("[DataLoader] there is no data set: a null pointer",
             data::DataLoader(std::shared_ptr<const data::Dataset>()));
  EXPECT_BAD("[DataLoader] an epoch has no batch: 0 examples, batch_size 1",
             data::DataLoader(data::TensorDataset(tt::ones({0, 2}))).begin());
  EXPECT_BAD("[DataLoader] an epoch has no batch: 6 examples, batch_size 7, drop_last",
             data::DataLoader(set, {.batch_size = 7, .drop_last = true}).begin());
  EXPECT_BAD(
      "[SubsetRandomSampler] an index is not below the data set's size: index 9, size 6",
      data::DataLoader(set, {.sampler = std::make_shared<data::SubsetRandomSampler>(std::vector<std::int64_t>{9})})
          .begin());
  EXPECT_BAD("[TensorDataset] x and y differ in the number of examples: x is (2, 3), y is (3,)",
             data::TensorDataset(matrix, vector));
  EXPECT_BAD("[TensorDataset] a tensor of examples has no values, or no first axis that counts them: x is symbolic",
             data::TensorDataset(symbolic));
  EXPECT_BAD("[Dataset] an index is not below the data set's size: index 6, size 6", set[6]);
  EXPECT_BAD("[Subset] an index is not below the data set's size: index 6, size 6", data::Subset(set, {6}));
  EXPECT_BAD("[random_split] the lengths add up neither to the data set's size nor to 1: 7, size 6",
             data::random_split(set, {4, 3}));
  EXPECT_BAD("[random_split] the lengths add up neither to the data set's size nor to 1: 1.1, size 6",
             data::random_split(set, {0.5, 0.6}));
  EXPECT_BAD("[ConcatDataset] there is no data set: an empty list", data::ConcatDataset({}));
  EXPECT_BAD("[StackDataset] the data sets differ in size: 6 and 2",
             data::StackDataset(set, data::TensorDataset(matrix)));
  EXPECT_BAD("[WeightedRandomSampler] a weight is negative or not finite: weight 1 is -1",
             data::WeightedRandomSampler({1, -1}, 2));
  EXPECT_BAD("[WeightedRandomSampler] more examples are drawn than have a weight: 2 of 1",
             data::WeightedRandomSampler({1, 0}, 2, false));
  EXPECT_BAD("[DistributedSampler] rank is not below num_replicas: 2 of 2",
             data::DistributedSampler({.num_replicas = 2, .rank = 2}));
  EXPECT_BAD("[RandomSampler] num_samples is below 1 or above 2^40: 0", data::RandomSampler({.num_samples = 0}));
  EXPECT_BAD("[default_collate] a batch has no example: an empty list", data::default_collate({}));
  EXPECT_BAD(
      "[default_collate] the examples of a batch differ in shape or dtype: example 0 is (3,) float32, example 1 is",
      data::default_collate({{vector, {}}, {matrix, {}}}));
  EXPECT_BAD(
      "[default_collate] the examples of a batch differ in shape or dtype: example 0 is (3,) float32, example 1 is",
      data::default_collate({{vector, {}}, {integers, {}}}));
  EXPECT_BAD(
      "[pad_collate] the examples of a batch differ in their number of dimensions: example 0 is (3,), example 1 is",
      data::pad_collate()({{vector, {}}, {matrix, {}}}));
  data::DataLoader plain(set, {.batch_size = 2});
  EXPECT_BAD("[Dataset] there is no tensor of this name: 'mask', there are none", (*plain.begin())["mask"]);
  EXPECT_BAD("[Normalize] std is not positive, or not finite: 0", transforms::Normalize({0.5}, {0.0}));
  EXPECT_BAD("[Normalize] mean or std has not one number, nor one for each channel: 2 numbers, 3 channels",
             transforms::Normalize({0.5, 0.5}, {1.0, 1.0})(tt::ones({3, 4, 4})));
  EXPECT_BAD("[Resize] the size is below 1 or above 2^20: 0 x 0", transforms::Resize(0));
  EXPECT_BAD("[Resize] there is no such mode: 'cubical'", transforms::Resize({4, 4}, "cubical"));
  EXPECT_BAD("[RandomCrop] the image is smaller than the crop: (1, 4, 4)",
             transforms::RandomCrop(8)(tt::ones({1, 4, 4})));
  EXPECT_BAD("[RandomHorizontalFlip] p is outside of [0, 1]: 1.5", transforms::RandomHorizontalFlip(1.5));
  EXPECT_BAD("[ColorJitter] brightness is negative or not finite: -1", transforms::ColorJitter(-1));
  EXPECT_BAD("[ToTensor] the image is not of shape (..., height, width, channels): (3,)",
             transforms::ToTensor()(vector));
  EXPECT_BAD("[Compose] there is no function: an empty one", transforms::Compose({nullptr}));
  struct Slow : data::Dataset {
    std::int64_t size() const override { return 1; }
    data::Example get(std::int64_t) const override {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      return {tt::ones({1}), {}};
    }
  };
  EXPECT_UNSUPPORTED("[DataLoader] a worker did not make its batch in time: batch 0, timeout 0.02",
                     data::DataLoader(Slow(), {.num_workers = 1, .timeout = 0.02}).begin());
}

TEST_F(MisuseEager, Files) {
  const TemporaryFolder folder;
  const std::string path = (folder / "state");
  EXPECT_BAD("[load] the file cannot be opened", tt::load((folder / "nothing.safetensors")));
  std::ofstream(path) << "no tensors";
  EXPECT_BAD("[load] not a valid safetensors file", tt::load(path));
  EXPECT_BAD("[load] not a valid safetensors file", tt::load_checkpoint(path));
  EXPECT_BAD("[save] a tensor without values cannot be saved: 'a' is undefined",
             tt::save(tt::StateDict{{"a", none}}, path));
  EXPECT_BAD("[save] a tensor without values cannot be saved: 'a' is symbolic",
             tt::save(tt::StateDict{{"a", symbolic}}, path));
  EXPECT_BAD("[save] the file cannot be written", tt::save(tt::StateDict{{"a", vector}}, (folder / "no/folder")));
  tt::save(tt::StateDict{{"a", vector}}, path);
  EXPECT_BAD("[load_checkpoint] the file holds no checkpoint of several parts", tt::load_checkpoint(path));
  if (tt::cuda_device_count() == 0)
    EXPECT_UNSUPPORTED("[device] this build has no CUDA: Device::cuda(0)", tt::load(path, tt::Device::cuda(0)));
  EXPECT_BAD("[set_state] the state is not an int64 tensor of shape (3,): float32 (3,)",
             tt::default_generator().set_state(vector));
  EXPECT_BAD("[read_image] the file cannot be opened", eager::io::read_image((folder / "no.png")));
  EXPECT_BAD("[read_image] there is no picture", eager::io::read_image(path));
  EXPECT_BAD("[save_image] a shape is not that of pictures: (3,)",
             eager::utils::save_image(vector, (folder / "x.png")));
  EXPECT_BAD("[save_image] the file's name does not end in '.png'",
             eager::utils::save_image(tt::ones({1, 3, 4, 4}), (folder / "x.tiff")));
}

TEST_F(MisuseEager, Seeing) {
  const TemporaryFolder folder;
  const eager::utils::tensorboard::SummaryWriter writer((folder / "runs"));
  EXPECT_BAD("[SummaryWriter] the tensor does not have exactly one element: float32 (3,)",
             writer.add_scalar("loss", vector));
  EXPECT_BAD("[SummaryWriter] the tensor is undefined: a default-constructed Tensor", writer.add_scalar("loss", none));
  EXPECT_BAD("[SummaryWriter] a histogram has no value: 'w' is of shape (0,)",
             writer.add_histogram("w", tt::ones({0})));
  EXPECT_BAD("[SummaryWriter] a histogram's value is not finite: 'w' has an infinity",
             writer.add_histogram("w", vector / 0.f));
  EXPECT_BAD("[SummaryWriter] there is no such way to choose bins: 'automatic'",
             writer.add_histogram("w", vector, 0, "automatic"));
  EXPECT_BAD("[SummaryWriter] dataformats has not a letter for each dimension: 'CHW' for shape (2, 3)",
             writer.add_image("i", matrix));
  EXPECT_BAD(
      "[SummaryWriter] an image has not 1 or 3 channels, nor is it a single one with 4: 'CHW' for shape (5, 4, 4)",
      writer.add_image("i", tt::ones({5, 4, 4})));
  EXPECT_BAD("[SummaryWriter] dataformats has another letter, or one twice: 'CHX' for shape (3, 4, 4)",
             writer.add_image("i", tt::ones({3, 4, 4}), 0, {}, "CHX"));
  nn::Linear linear(3, 2);
  EXPECT_BAD("[linear] inner dimensions differ: x is (2, 5), the weight is (2, 3)",
             writer.add_graph(linear, tt::ones({2, 5})));
  EXPECT_BAD("[linear] inner dimensions differ: x is (2, 5), the weight is (2, 3)",
             eager::summary(linear, tt::Shape{2, 5}));
  EXPECT_BAD("[schedule] active is not positive: 0", profiler::schedule({.active = 0}));
  EXPECT_BAD("[schedule] wait is negative: -1", profiler::schedule({.wait = -1, .active = 1}));
  {
    profiler::Profile profile;
    EXPECT_BAD("[Profile] there is a profile already: a second one", profiler::Profile());
    EXPECT_BAD("[key_averages] there is no trace yet: the profile is at step 0", profile.key_averages());
    tt::sum(vector);
    profile.stop();
    EXPECT_BAD("[Profile::step] the profile is over: a step after stop()", profile.step());
    EXPECT_BAD("[table] sort_by is no number of an event: 'time'", profile.key_averages().table({.sort_by = "time"}));
    EXPECT_BAD("[export_memory_timeline] the profile did not look at memory: profile_memory is off",
               profile.export_memory_timeline((folder / "m.svg")));
    EXPECT_BAD("[export_chrome_trace] the file cannot be written",
               profile.export_chrome_trace((folder / "no/such/trace.json")));
  }
  EXPECT_BAD("[make_dot] a tensor is undefined: a default-constructed Tensor", eager::make_dot(none));
  EXPECT_BAD("[progress] total is negative: -1", tt::progress(std::vector<int>(3), {.total = -1}));
  EXPECT_BAD("[Normal] a scale is not positive: from -1 to -1", eager::distributions::Normal(vector, -vector));
  EXPECT_BAD("[Categorical] a probability is negative or not finite: from -0.5 to 0.5",
             eager::distributions::Categorical(tt::tensor({0.5f, -0.5f})));
  EXPECT_BAD(
      "[Categorical] both probs and logits are given: they say the same",
      eager::distributions::Categorical(tt::eager::distributions::Categorical({.probs = vector, .logits = vector})));
  EXPECT_BAD("[Categorical] an index is out of range: index 3 for axis 1 of shape (1, 3)",
             eager::distributions::Categorical(vector).log_prob(tt::tensor({3})));
  EXPECT_BAD("[Bernoulli] a probability is outside of [0, 1]: from 2 to 2",
             eager::distributions::Bernoulli(vector * 2));
}

// What PyTorch warns about is said once for each line, by a handler that can be replaced.
TEST_F(MisuseEager, Warnings) {
  std::vector<std::string> said;
  const tt::WarningHandler before = tt::set_warning_handler([&](const std::string& text, tt::Location where) {
    said.push_back(text.substr(0, text.find_first_of(":;,.")));
    EXPECT_EQ(where.text().substr(0, 22), "misuse_eager_test.cpp:") << text;
  });
  for (int i = 0; i < 3; ++i) {
    optim::SGD sgd({leaf()}, 0.1);
    lr::StepLR early(sgd, 1);
    early.step();
    sgd.step();
    const Tensor y = leaf() * 2;
    tt::sum(y).backward();
    EXPECT_FALSE(y.grad().defined());
    nn::KLDivLoss()(tt::zeros({2}), tt::ones({2}));
  }
  tt::set_warning_handler(before);
  EXPECT_EQ(said, (std::vector<std::string>{"[StepLR] the scheduler steps before its optimizer has stepped",
                                            "[grad] the gradient of a tensor that is no leaf is asked for",
                                            "[KLDivLoss] the mean is over all elements"}));
}

// What a handler does may warn in turn: it is not called for that.
TEST(Warnings, AHandlerMayWarn) {
  int calls = 0;
  const tt::WarningHandler before = tt::set_warning_handler([&](const std::string& text, tt::Location) {
    ++calls;
    tt::warn("test", "within: " + text);
    if (calls == 2) throw std::runtime_error("end");
  });
  tt::warn("test", "one");
  EXPECT_THROW(tt::warn("test", "two"), std::runtime_error);
  tt::warn("test", "three");
  tt::set_warning_handler(before);
  EXPECT_EQ(calls, 3);
}

// A function that is called for each part may add and take away parts: those that there were at the beginning are
// visited.
TEST(Containers, MayBeChangedWhileTheyAreWalked) {
  nn::Sequential net(nn::make<nn::Linear>(2, 2), nn::make<nn::ReLU>());
  int calls = 0;
  net.apply([&](nn::Module& part) {
    ++calls;
    if (&part != &net) net.push_back(nn::make<nn::Tanh>());
    if (calls == 1) net.pop(0);
  });
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(net.size(), 3);
}

// While a model runs, a hook's new parts take part, and the part that it belongs to may leave.
TEST(Containers, MayBeChangedWhileTheyRun) {
  nn::Sequential net(nn::make<nn::Linear>(2, 2));
  net[0].register_forward_hook(nn::ForwardHook([&](nn::Module&, const tt::Tensor& x, const tt::Tensor&) {
    for (int i = 0; i < 9; ++i) net.push_back(nn::make<nn::ReLU>());
    net.pop(0);
    return x;
  }));
  const tt::Tensor x = tt::tensor<float>({{-1, 2}});
  EXPECT_EQ(net(x).to_vector<float>(), (std::vector<float>{0, 2}));
  EXPECT_EQ(net.size(), 9);
}

}  // namespace
