// The code in the tables of docs/from_pytorch.md, cell by cell: `docs_test/Docs.EveryCellFromPyTorchIsCompiled` finds
// each of them here, word for word. Compiled alone; what it does is what other tests are for.
#include <cmath>
#include <iostream>
#include <memory>
#include <string>

#include "triptych/eager.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
using tt::Tensor;

namespace from_pytorch {

void tensors(Tensor x, Tensor v, Tensor p, const Tensor& mask, const Tensor& rows, const Tensor& other, const Tensor& a,
             const Tensor& b, const Tensor& loss, std::int64_t n, std::int64_t i, double lr) {
  using triptych::eager::NoGrad;
  static_cast<void>(x[{tt::Slice(), tt::Slice(1, 3)}]), static_cast<void>(x[{tt::ellipsis, tt::newaxis}]);
  static_cast<void>(x[mask]), static_cast<void>(x[{rows, 0}]);
  x.set({tt::Slice(), 0}, v), x.set(mask, v), x.set(i, v), x.set(0, x[0] + v);
  static_cast<void>(x.view({2, -1})), static_cast<void>(tt::zeros({2, 3}));
  static_cast<void>(tt::tensor({1.0, 2.0})), static_cast<void>(tt::tensor({1.0}, tt::float64));
  static_cast<void>(tt::arange(0, n, 1, tt::float32)), static_cast<void>(tt::eye(n).to(tt::boolean));
  static_cast<void>([&](double v) { return tt::full({n}, v); });
  Tensor w = tt::empty({n});
  w.uniform_(-1, 1);
  p.add_(p.grad(), -lr);
  static_cast<void>(tt::ones(2, 3, tt::int64)), static_cast<void>(x.new_tensor({1, 2}));
  static_cast<void>(a.matmul(b)), static_cast<void>(x.pow(2)), static_cast<void>(a.floor_divide(b));
  static_cast<void>(x.to(tt::float32)), static_cast<void>(x.to(tt::int64)), static_cast<void>(x.to(tt::boolean));
  static_cast<void>(std::exp(loss.item<double>()));
  static_cast<void>(x.to_vector<bool>());
  static_cast<void>(x.detach()), static_cast<void>(x.to_vector<float>());
  static_cast<void>(tt::squeeze(x, 1));
  static_cast<void>(x.type_as(other)), static_cast<void>(x.shape());
  static_cast<void>(a.gt(b)), static_cast<void>(a > b);
  static_cast<void>(tt::maximum(a, b)), static_cast<void>(tt::minimum(a, b));
  auto [values, indices] = tt::max_with_indices(x, 1);
  static_cast<void>(values), static_cast<void>(indices), static_cast<void>(x.argmax(1));
  static_cast<void>(tt::linalg::vector_norm(x, 2, 1)), static_cast<void>(x.norm(1));
  static_cast<void>(x.std(1, {.correction = 0}));
  F::relu_(x), static_cast<void>(F::relu(x));
  static_cast<void>(F::alpha_dropout(x, 0.5, false));
  p.set_grad({});
  NoGrad guard;
}

struct Net : nn::Module {
  nn::Linear& fc = add<nn::Linear>("fc", 2, 3);
  explicit Net(const Tensor& t) {
    Tensor& w = register_parameter("w", tt::zeros({3}));
    Tensor& m = register_buffer("m", t);
    w = w + m;
  }
  Tensor forward(const Tensor& x) override { return fc(x); }
};

struct Encoder : nn::Module {
  nn::Linear &mu = add<nn::Linear>("mu", 2, 3), &logvar = add<nn::Linear>("logvar", 2, 3);
  std::pair<Tensor, Tensor> operator()(const Tensor& x) { return {mu(x), logvar(x)}; }
};

void modules(nn::Sequential& net, nn::ModuleList& blocks, nn::LSTM& lstm, nn::MultiheadAttention& attention,
             nn::Linear& fc, nn::Conv2d& conv, const std::shared_ptr<nn::Linear>& m, tt::StateDict& state,
             const tt::StateDict& s, const std::string& path, const Tensor& x, const Tensor& w, const Tensor& h0,
             const Tensor& c0, const Tensor& q, const Tensor& k, const Tensor& v) {
  nn::Conv2d({.in_channels = 1, .out_channels = 8, .kernel_size = 3, .bias = false});
  nn::Sequential(nn::make<nn::Linear>(2, 3), tt::relu);
  nn::Sequential({{"fc", nn::make<nn::Linear>(2, 3)}});
  static_cast<void>(net[0].as<nn::Linear>().weight);
  net.set_submodule("fc", std::make_unique<nn::Linear>(2, 5));
  net.pop(1), net.set(1, m);
  static_cast<void>(fc.options.in_features), static_cast<void>(conv.options.stride);
  const nn::Sequential& features = net;
  static_cast<void>(*features[tt::Slice(0, 5)]), static_cast<void>(*net[tt::Slice(0, -1)]);
  net.adopt("slice1", net[tt::Slice(0, 5)]);
  for (nn::Module& block : blocks) block.eval();
  auto layer = nn::make<nn::Linear>(2, 2);
  nn::Sequential(layer, layer);
  static_cast<void>(net.is_training());
  net.to(tt::float32), net.to(tt::float64);
  nn::clone(net);
  auto [missing, unexpected] = net.load_state_dict(s, false);
  static_cast<void>(missing), static_cast<void>(unexpected);
  for (const auto& [k, v] : state) static_cast<void>(k), static_cast<void>(v);
  static_cast<void>(state.names());
  state.set("fc.weight", w), static_cast<void>(state.at("fc.weight"));
  tt::save(net.state_dict(), path);
  net.register_forward_hook([](nn::Module&, const Tensor& input, const Tensor& output) { return input + output; });
  auto [output, hx] = lstm(x, {h0, c0});
  auto [h, c] = hx;
  static_cast<void>(output), static_cast<void>(h), static_cast<void>(c);
  nn::MaxPool2d(2).with_indices(x);
  attention(q, k, v, {.need_weights = false});
  static_cast<void>(net.parameters()), static_cast<void>(net.state_dict());
  nn::LazyLinear lazy(3);
  nn::LazyLinear& as_it_was = lazy;
  const nn::Linear& and_linear = as_it_was;
  static_cast<void>(and_linear);
  nn::L1Loss({.reduction = nn::Reduction::sum});
  nn::KLDivLoss({.batchmean = true});
  nn::MaxPool2d({3, 2}), nn::LayerNorm({2, 3});
  nn::make<nn::MaxPool2d>({3, 2}), nn::make<nn::LayerNorm>({2, 3});
  net.add<nn::MaxPool2d>("pool", {3, 2}), net.add<nn::LayerNorm>("norm", {2, 3});
  nn::MaxPool1d({3, 2});
  nn::Conv2d(1, 8, {5, 3}, {1, 1}, {2, 1});
  nn::make<nn::Conv2d>(1, 8, tt::Size2(5, 3), 1, tt::Padding2(2, 1));
  net.add<nn::Conv2d>("conv", 1, 8, tt::Size2(5, 3), 1, tt::Padding2(2, 1));
  F::conv2d(x, w, {}, {2, 1}), F::interpolate(x, {}, 2), F::max_pool2d(x, 3, 0, 1);
  nn::AdaptiveAvgPool2d({-1, 4});
  nn::AdaptiveAvgPool2d({1, 1});  // prints output_size=1
  nn::ReLU(true);
  static_cast<void>(attention.out_proj);
}

void optimizers(nn::Module& net, triptych::eager::optim::Optimizer& opt, const std::vector<Tensor>& a,
                const std::vector<Tensor>& b) {
  using namespace triptych::eager;
  using namespace optim;
  using namespace optim::lr_scheduler;
  using namespace optim::swa_utils;
  SequentialLR(opt, {std::make_shared<LinearLR>(opt), std::make_shared<CosineAnnealingLR>(opt, 10)}, {5});
  SGD({{a}, {b, {{.lr = 0.01, .momentum = 0.9}}}}, {.momentum = 0.9});
  AveragedModel(net, {.multi_avg_fn = get_ema_multi_avg_fn(0.99)});
}

namespace data = triptych::data;

struct Pairs : data::Dataset {
  Tensor ids, mask, labels;
  data::Example get(std::int64_t index) const override {
    if (index < 0) return {};
    return {.x = ids, .y = labels, .more = {{"mask", mask}}};
  }
  std::int64_t size() const override { return 3; }
};
struct Stream : data::IterableDataset {
  std::unique_ptr<data::ExampleStream> examples(std::int64_t epoch) const override;
};

void loading(const Pairs& ds, const data::Batch& batch, const Stream& stream, std::int64_t epoch,
             const data::transforms::Transform& t, const tt::StateDict& m, const tt::StateDict& o,
             const std::string& path, const std::string& log_dir, const Tensor& x) {
  using namespace triptych::data;
  using namespace triptych::eager::utils;
  using namespace triptych::eager::utils::tensorboard;
  namespace eager = triptych::eager;
  static_cast<void>(batch["mask"]);
  static_cast<void>(stream.examples(epoch)->next());
  data::DataLoader(ds, {.batch_size = 32, .sampler = std::make_shared<data::RandomSampler>()});
  const auto get = [](const std::vector<data::Example>& examples) { return data::Batch{.x = examples[0].x, .y = {}}; };
  data::DataLoader loader(ds, {.collate_fn = get, .worker_init_fn = [](int) {}, .seed = 3});
  const std::int64_t e = epoch;
  loader.set_epoch(e);
  static_cast<void>(transforms::Resize({4, 6}));
  const Pairs& dataset = ds;
  static_cast<void>(data::transformed(dataset, t));
  tt::save(tt::Checkpoint{{"model", m}, {"optimizer", o}}, path);
  tt::load(path, tt::Device::cpu()), tt::load_checkpoint(path);
  for (const auto& [x, y] : tt::progress(loader, {.desc = "train"})) static_cast<void>(x), static_cast<void>(y);
  static_cast<void>(tt::default_generator().get_state());
  SummaryWriter(log_dir, {.purge_step = 3});
  SummaryWriter writer(log_dir);
  writer.add_hparams({{"lr", 0.1}}, {{"acc", 1}});
  save_image(x, "x.png", {.nrow = 4});
  static_cast<void>(eager::io::read_image("x.jpg"));
  eager::amp::GradScaler scaler({.growth_interval = 100});
}

struct Scaled : triptych::eager::Function<Scaled> {
  static std::vector<Tensor> forward(const Tensor& x, double factor) { return {x, x * factor}; }
  static void setup_context(triptych::eager::FunctionContext& context, const std::tuple<const Tensor&, const double&>&,
                            const std::vector<Tensor>& output) {
    const Tensor &a = output[0], &b = output[1];
    context.mark_non_differentiable({a, b});
  }
  static std::vector<Tensor> backward(triptych::eager::FunctionContext&, std::span<const Tensor> g) { return {g[0]}; }
};

namespace of_functions {
using triptych::eager::FunctionContext;
struct Straight : triptych::eager::Function<Straight> {
  static Tensor forward(FunctionContext&, const Tensor& x) { return tt::round(x); }
  static Tensor backward(FunctionContext&, const Tensor& grad_output) { return grad_output; }
};
}  // namespace of_functions

void functions(nn::Linear& net, const Tensor& x, const Tensor& y, const Tensor& s, const Tensor& t, const Tensor& v,
               const Tensor& m, const Tensor& L, Tensor p, const Tensor& a, const Tensor& b, const Tensor& ga,
               const Tensor& gb, bool training) {
  using namespace triptych::eager;
  using namespace triptych::eager::autograd;
  {
    const auto f = [](const Tensor& s, const Tensor& t) { return tt::sum(s * t); };
    const Tensor loss = x.sum();
    static_cast<void>(autograd::grad(loss, net.parameters(), {.create_graph = true}));
    static_cast<void>(autograd::grad(y, x));
    static_cast<void>(func::grad<1>(f)), static_cast<void>(func::grad<0, 1>(f));
    func::vmap(f, {tt::none, 0}, 0, {.randomness = func::Randomness::different});
    func::jvp(f, std::tuple(x, y), std::tuple(s, t));
  }
  {
    const auto f = [](const Tensor& t) { return std::pair(tt::sum(t), t); };
    static_cast<void>(func::grad(f, func::has_aux)), func::vjp(f, func::has_aux, x);
  }
  const auto f = [](const Tensor& t) { return tt::sum(t * t); };
  func::jvp(f, x, t);
  func::functional_call(net, net.state_dict(), x);
  autograd::functional::hvp(f, x, v);
  utils::checkpoint(f, x);
  {
    const auto pack = [](const Tensor& t) { return t; };
    const auto unpack = pack;
    SavedTensorsHooks hooks(pack, unpack);
    SaveOnCpu hooks_too;
  }
  { SaveOnCpu hooks; }
  backward({a, b});
  backward({a, b}, {ga, gb}, {.retain_graph = true});
  SetGradEnabled guard(training);
  const auto h = [](const Tensor&) {};
  register_post_accumulate_grad_hook(p, h);
  static_cast<void>(compile(net));
  distributions::Categorical({.logits = x}), distributions::Normal(m, s);
  distributions::MultivariateNormal(m, {.scale_tril = L});
  const auto normal = distributions::Independent(distributions::Normal(m, s), 1);
  {
    const auto& p = normal;
    static_cast<void>(p.mean()), static_cast<void>(p.event_shape());
  }
  const auto handler = [](const std::string&, tt::Location) {};
  tt::set_warning_handler(handler);
}

void seeing(nn::Linear& net, const Tensor& a, const Tensor& b, const Tensor& y, tt::Device device) {
  using namespace triptych::eager;
  using namespace triptych::eager::utils;
  profiler::Profile prof({.record_shapes = true});
  prof.stop();
  profiler::schedule({.wait = 1, .warmup = 1, .active = 3});
  prof.key_averages().table({.sort_by = "cpu_time_total", .row_limit = 10});
  profiler::RecordFunction scope("name");
  prof.export_memory_timeline("m.svg");
  static_cast<void>(memory_summary(device));
  make_dot(y, net.named_parameters()).render("y.svg");
  std::cout << summary(net, tt::Shape{1, 3});
  prof.key_averages({.group_by_stack_n = 1});
  profiler::Profile lines({.with_stack = true});
  nn::Bilinear both(2, 3, 1);
  const auto of_two = [&](nn::Bilinear& net) { summary(net, {a, b}, [&] { nn::call(net, a, b); }); };
  of_two(both);
  for (const auto& event : prof.key_averages())
    std::cout << (event.key == "linear") << (event.key == "backward of linear") << "\n";
}

}  // namespace from_pytorch
