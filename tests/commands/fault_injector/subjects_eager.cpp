// Eager style and the core: optimizers, modules, gradients, in-place methods, random numbers, files, loaders.
#include <filesystem>
#include <optional>

#include "commands/fault_injector/subject.h"
#include "triptych/core/data.h"
#include "triptych/core/init.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/eager.h"

namespace faults {
namespace {

namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
using tt::Tensor;

/// Two groups of two parameters that have gradients.
template <class O>
struct Training {
  std::vector<Tensor> parameters;
  std::shared_ptr<O> optimizer;

  std::string bytes() const { return bytes_of(parameters) + bytes_of(optimizer->state_dict()); }
};

template <class O, class Options>
Training<O> training(const Options& options) {
  Training<O> made;
  for (int i = 0; i < 4; ++i) {
    made.parameters.push_back(numbers({4, 3}, i).set_requires_grad());
    made.parameters.back().set_grad(numbers({4, 3}, 10 + i));
  }
  made.optimizer = std::make_shared<O>(std::vector<Tensor>{made.parameters[0], made.parameters[1]}, options);
  auto second = made.optimizer->param_groups()[0].options;
  second.lr = 0.05;
  made.optimizer->add_param_group({made.parameters[2], made.parameters[3]}, second);
  return made;
}

template <class O, class Options>
Subject step(std::string name, Options options) {
  options.lr = 0.1;
  return {"eager", std::move(name),
          world<Training<O>>([=] { return training<O>(options); }, [](auto& t) { t.optimizer->step(); },
                             [](const auto& t) { return t.bytes(); })};
}

std::shared_ptr<nn::Sequential> network() {
  tt::manual_seed(7);
  auto net = std::make_shared<nn::Sequential>(nn::make<nn::Linear>(4, 6), nn::make<nn::BatchNorm1d>(6),
                                              nn::make<nn::ReLU>(), nn::make<nn::Dropout>(0.5),
                                              nn::make<nn::Linear>(6, 3), nn::make<nn::BatchNorm1d>(3));
  for (Tensor& parameter : net->parameters()) parameter.set_grad(tt::ones_like(parameter.detach()));
  return net;
}

using Net = std::shared_ptr<nn::Sequential>;

std::string bytes_of_net(const Net& net) {
  std::string bytes = bytes_of(net->state_dict());
  for (const Tensor& parameter : net->parameters()) bytes += bytes_of(parameter.grad());
  return bytes;
}

Subject module(std::string name, std::function<void(Net&)> act) {
  return {"eager", std::move(name), world<Net>(network, std::move(act), bytes_of_net)};
}

/// Another state of the same network.
tt::StateDict other_state(const Net& net) {
  tt::StateDict state = net->state_dict();
  for (const auto& [key, value] : net->state_dict()) state.set(key, value + tt::ones_like(value));
  state.metadata["stream.3.stream"] = "5 6";
  return state;
}

/// An optimizer that calls the loss itself, several times in a step.
Subject whole_step() {
  struct Fitting {
    Tensor x = numbers({4, 3}).set_requires_grad();
    std::shared_ptr<optim::LBFGS> optimizer = std::make_shared<optim::LBFGS>(
        std::vector<Tensor>{x}, optim::LBFGSOptions{.lr = 0.1, .max_iter = 3, .line_search_fn = "strong_wolfe"});
  };
  return {
      "eager", "LBFGS::step",
      world<Fitting>([] { return Fitting(); },
                     [](Fitting& f) {
                       f.optimizer->step([&] {
                         f.optimizer->zero_grad();
                         Tensor loss = tt::sum(tt::square(tt::square(f.x) - 2));
                         loss.backward();
                         return loss;
                       });
                     },
                     [](const Fitting& f) { return bytes_of(f.x.detach()) + bytes_of(f.optimizer->state_dict()); })};
}

Subject average() {
  struct Averaging {
    Net net = network();
    std::shared_ptr<optim::swa_utils::AveragedModelBase> mean =
        std::make_shared<optim::swa_utils::AveragedModel<nn::Sequential>>(*net);
  };
  return {"eager", "AveragedModel::update_parameters",
          world<Averaging>(
              [] {
                Averaging a;
                a.mean->update_parameters(*network());
                a.net->load_state_dict(other_state(a.net));
                return a;
              },
              [](Averaging& a) { a.mean->update_parameters(*a.net); },
              [](const Averaging& a) { return bytes_of(a.mean->state_dict()); })};
}

/// Scaled training: what a step and an update of the scale do in turn.
struct Scaled {
  Training<optim::Adam> training;
  std::shared_ptr<triptych::eager::amp::GradScaler> scaler;
  bool stepped = false;

  void step() {
    scaler->step(*training.optimizer);
    stepped = true;
  }
  void update() {
    scaler->update();
    stepped = false;
  }
  std::string bytes() const {
    std::string all = training.bytes() + bytes_of(scaler->state_dict()) + (stepped ? "stepped" : "");
    for (const Tensor& parameter : training.parameters) all += bytes_of(parameter.grad());
    return all;
  }
};

Subject scaled(std::string name, bool stepped, std::function<void(Scaled&)> act) {
  return {"eager", std::move(name),
          world<Scaled>(
              [=] {
                Scaled made{training<optim::Adam>(optim::AdamOptions{.lr = 0.1}),
                            std::make_shared<triptych::eager::amp::GradScaler>(
                                triptych::eager::amp::GradScalerOptions{.init_scale = 8, .growth_interval = 1})};
                if (stepped) made.step();
                return made;
              },
              std::move(act), [](const Scaled& s) { return s.bytes(); })};
}

/// An optimizer whose rate a scheduler changes.
struct Scheduled {
  Training<optim::Adam> training;
  std::shared_ptr<optim::lr_scheduler::LRScheduler> scheduler;
};

template <class Make>
Subject scheduled(std::string name, Make make, std::function<void(Scheduled&)> act) {
  return {
      "eager", std::move(name),
      world<Scheduled>(
          [=] {
            Scheduled made{training<optim::Adam>(optim::AdamOptions{.lr = 0.1}), nullptr};
            made.training.optimizer->step();
            made.scheduler = make(*made.training.optimizer);
            return made;
          },
          std::move(act), [](const Scheduled& s) { return s.training.bytes() + bytes_of(s.scheduler->state_dict()); })};
}

Subject in_place(std::string name, std::function<void(Tensor&)> act) {
  return {"eager", std::move(name),
          world<Tensor>(
              [] {
                return numbers({5, 4});
              },
              std::move(act), [](const Tensor& x) { return bytes_of(x); })};
}

/// What was drawn last, from a generator of its own (or the process's).
struct Draws {
  std::shared_ptr<tt::Generator> generator;
  Tensor latest;
};

Subject draw(std::string name, bool own, std::function<Tensor(tt::Generator*)> f) {
  return {"eager", std::move(name),
          world<Draws>(
              [=] {
                tt::manual_seed(3);
                return Draws{own ? std::make_shared<tt::Generator>(5) : nullptr, {}};
              },
              [=](Draws& d) { d.latest = f(d.generator.get()); },
              [](const Draws& d) {
                tt::Generator& generator = d.generator ? *d.generator : tt::default_generator();
                return bytes_of(d.latest) + bytes_of(generator.get_state());
              })};
}

struct Loading {
  std::shared_ptr<tt::data::DataLoader> loader;
  std::optional<tt::data::DataLoader::Iterator> position;
  tt::data::Batch seen;
};

Subject loader(std::string name, int workers) {
  return {"eager", std::move(name),
          world<Loading>(
              [=] {
                const tt::data::TensorDataset data(numbers({64, 3}), numbers({64}));
                return Loading{
                    std::make_shared<tt::data::DataLoader>(
                        data, tt::data::DataLoaderOptions{.batch_size = 4, .shuffle = true, .num_workers = workers}),
                    {},
                    {}};
              },
              [](Loading& l) {
                if (!l.position || *l.position == l.loader->end())
                  l.position.emplace(l.loader->begin());
                else
                  ++*l.position;
                if (*l.position != l.loader->end()) l.seen = **l.position;
              },
              [](const Loading& l) { return bytes_of(l.seen.x) + bytes_of(l.seen.y); })};
}

struct File {
  std::string path;
  int version = 0;
  tt::StateDict read;
};

}  // namespace

std::vector<Subject> eager_subjects(const std::string& folder) {
  std::vector<Subject> all{
      step<optim::SGD>("SGD::step", optim::SGDOptions()),
      step<optim::SGD>("SGD::step, momentum", optim::SGDOptions{.momentum = 0.9, .nesterov = true}),
      step<optim::Adam>("Adam::step", optim::AdamOptions()),
      step<optim::Adam>("Adam::step, amsgrad", optim::AdamOptions{.amsgrad = true}),
      step<optim::AdamW>("AdamW::step", optim::AdamWOptions()),
      step<optim::Adamax>("Adamax::step", optim::AdamaxOptions()),
      step<optim::NAdam>("NAdam::step", optim::NAdamOptions()),
      step<optim::RAdam>("RAdam::step", optim::RAdamOptions()),
      step<optim::RMSprop>("RMSprop::step", optim::RMSpropOptions{.momentum = 0.9, .centered = true}),
      step<optim::Adagrad>("Adagrad::step", optim::AdagradOptions()),
      step<optim::Adadelta>("Adadelta::step", optim::AdadeltaOptions()),
      step<optim::ASGD>("ASGD::step", optim::ASGDOptions()),
      step<optim::Rprop>("Rprop::step", optim::RpropOptions()),
      step<optim::Lion>("Lion::step", optim::LionOptions()),
      step<optim::Adafactor>("Adafactor::step", optim::AdafactorOptions()),
      step<optim::Muon>("Muon::step", optim::MuonOptions()),
      whole_step(),
      average(),
      module("Module(x), training",
             [](Net& net) {
               (*net)(numbers({5, 4}));
             }),
      module("backward",
             [](Net& net) {  // its gradients grow; statistics and streams stay
               net->eval();
               tt::sum(tt::square((*net)(numbers({5, 4})))).backward();
             }),
      module("load_state_dict", [](Net& net) { net->load_state_dict(other_state(net)); }),
      module("Module::to",
             [](Net& net) { net->to(net->parameters()[0].dtype() == tt::float32 ? tt::float64 : tt::float32); }),
      module("zero_grad", [](Net& net) { optim::SGD(net->parameters()).zero_grad(false); }),
      module("update_bn",
             [](Net& net) {
               optim::swa_utils::update_bn(std::vector<Tensor>{numbers({5, 4}), numbers({5, 4}, 1)}, *net);
             }),
      module("clip_grad_norm_", [](Net& net) { nn::utils::clip_grad_norm_(net->parameters(), 0.5); }),
      module("clip_grad_value_", [](Net& net) { nn::utils::clip_grad_value_(net->parameters(), 0.5); }),
      module("vector_to_parameters",
             [](Net& net) {
               const std::vector<Tensor> all = net->parameters();
               nn::utils::vector_to_parameters(nn::utils::parameters_to_vector(all).detach() + 1, all);
             }),
      module("backward of what was compiled",
             [](Net& net) {
               net->eval();
               tt::sum(tt::square(triptych::eager::compile(*net)(numbers({5, 4})))).backward();
             }),
      module("backward of a checkpoint",
             [](Net& net) {
               net->eval();
               const Tensor x = numbers({5, 4});
               tt::sum(triptych::eager::utils::checkpoint([&](const Tensor& of) { return (*net)(of); }, x)).backward();
             }),
      scaled("GradScaler::step", false, [](Scaled& s) { s.stepped ? s.update() : s.step(); }),
      scaled("GradScaler::update", true, [](Scaled& s) { s.stepped ? s.update() : s.step(); }),
      scaled("GradScaler::unscale_", false,
             [](Scaled& s) {
               s.scaler->get_scale() == 8 ? s.scaler->unscale_(*s.training.optimizer) : void();
               s.scaler->update(4.0);
             }),
      scaled("GradScaler::load_state_dict", false,
             [](Scaled& s) {
               tt::StateDict state = s.scaler->state_dict();
               state.set("scale", tt::full({}, s.scaler->get_scale() / 2, tt::float64));
               s.scaler->load_state_dict(state);
             }),
      scheduled(
          "CosineAnnealingLR::step",
          [](auto& o) { return std::make_shared<optim::lr_scheduler::CosineAnnealingLR>(o, 9); },
          [](Scheduled& s) { s.scheduler->step(); }),
      scheduled(
          "LRScheduler::load_state_dict", [](auto& o) { return std::make_shared<optim::lr_scheduler::StepLR>(o, 2); },
          [](Scheduled& s) {
            tt::StateDict state = s.scheduler->state_dict();
            state.set("last_epoch", tt::full({}, s.scheduler->last_epoch() + 1, tt::int64));
            s.scheduler->load_state_dict(state);
          }),
      in_place("clamp_", [](Tensor& x) { x.clamp_(-0.2, 0.2 + x[0][0].item<float>()); }),
      in_place("masked_fill_", [](Tensor& x) { x.masked_fill_(x > 0, 2); }),
      in_place("add_", [](Tensor& x) { x.add_(numbers({4}, 1)); }),
      in_place("mul_", [](Tensor& x) { x.mul_(1.5); }),
      in_place("fill_", [](Tensor& x) { x.fill_(x[0][0].item<float>() + 1); }),
      in_place("copy_", [](Tensor& x) { x.copy_(x + 1); }),
      in_place("set",
               [](Tensor& x) {
                 x.set({1, tt::Slice(0, 2)}, x[1][tt::Slice(1, 3)] + 1);
               }),
      in_place("a pointer is out",
               [](Tensor& x) {
                 x.mutable_data<float>();
                 x.add_(1);
               }),
      draw("rand", false, [](tt::Generator*) { return tt::rand({3}); }),
      draw("randn of a generator", true, [](tt::Generator* g) { return tt::randn({3}, tt::float32, g); }),
      draw("randint", true, [](tt::Generator* g) { return tt::randint(0, 9, {3}, tt::int64, g); }),
      draw("permutation", false, [](tt::Generator*) { return tt::permutation(9); }),
      draw("multinomial", true, [](tt::Generator* g) { return tt::multinomial(tt::ones({4}), 3, false, g); }),
      draw("dropout", false, [](tt::Generator*) { return tt::dropout(numbers({9}), {.p = 0.5, .training = true}); }),
      draw("init::normal", false,
           [](tt::Generator*) {
             return tt::init::normal()({3, 4}, tt::float32);
           }),
      draw("init::orthogonal", false,
           [](tt::Generator*) {
             return tt::init::orthogonal()({3, 4}, tt::float32);
           }),
      draw("Normal::sample", true,
           [](tt::Generator* g) { return tt::distributions::Normal(numbers({3}), tt::ones({3})).sample({2}, g); }),
      draw("Categorical::sample", false,
           [](tt::Generator* g) { return tt::distributions::Categorical(tt::full({4}, 0.25)).sample({3}, g); }),
      loader("DataLoader", 0),
      loader("DataLoader of workers", 2),
  };

  all.push_back(module("compile(module)(x), training", [](Net& net) {
    triptych::eager::compile (*net)(numbers({5, 4}));
  }));
  all.back().may_end_late = true;  // the step is done when its gradient cannot be recorded

  using Adams = Training<optim::Adam>;
  all.push_back(
      {"eager", "Optimizer::add_param_group",
       world<Adams>(
           [] { return training<optim::Adam>(optim::AdamOptions{.lr = 0.1}); },
           [](Adams& t) {
             t.optimizer->add_param_group({numbers({2, 2}).set_requires_grad()}, optim::AdamOptions{.lr = 0.2});
           },
           [](const Adams& t) { return t.bytes(); })});
  all.push_back({"eager", "Optimizer::load_state_dict",
                 world<Adams>([] { return training<optim::Adam>(optim::AdamOptions{.lr = 0.1}); },
                              [](Adams& t) {
                                tt::StateDict state = t.optimizer->state_dict();
                                for (int i = 0; i < 4; ++i) {
                                  const std::string of = "state." + std::to_string(i) + ".";
                                  state.set(of + "step", tt::full({}, t.optimizer->state_dict().size(), tt::int64));
                                  state.set(of + "exp_avg", numbers({4, 3}, i));
                                  state.set(of + "exp_avg_sq", numbers({4, 3}, i));
                                }
                                t.optimizer->load_state_dict(state);
                              },
                              [](const Adams& t) { return t.bytes(); })});

  struct Statistics {
    Tensor mean = tt::zeros({3}), var = tt::ones({3});
  };
  all.push_back({"eager", "batch_norm",
                 world<Statistics>([] { return Statistics(); },
                                   [](Statistics& s) {
                                     const Tensor x = numbers({8, 3}).set_requires_grad();
                                     tt::batch_norm(x, s.mean, s.var, {}, {}, {.training = true, .axis = 1});
                                   },
                                   [](const Statistics& s) { return bytes_of(s.mean) + bytes_of(s.var); })});

  const auto content = [](int version) {
    tt::StateDict state;
    state.set("a", numbers({3, 3}, version));
    state.set("b", tt::full({}, version, tt::int64));
    return state;
  };
  const auto new_file = [=] {
    static int count = 0;
    File file{folder + "/eager-" + std::to_string(count++ % 2) + ".safetensors", 0, {}};
    tt::save(content(0), file.path);
    return file;
  };
  all.push_back({"eager", "save",
                 world<File>(
                     new_file,
                     [=](File& f) {
                       tt::save(content(f.version + 1), f.path);
                       ++f.version;
                     },
                     [](const File& f) { return bytes_of_file(f.path); })});
  all.push_back({"eager", "save, a Checkpoint",
                 world<File>(
                     new_file,
                     [=](File& f) {
                       tt::save(tt::Checkpoint{{"a", content(f.version + 1)}, {"b", content(f.version)}}, f.path);
                       ++f.version;
                     },
                     [](const File& f) { return bytes_of_file(f.path); })});
  struct Writing {
    std::string path;
    triptych::eager::utils::tensorboard::SummaryWriter writer;
  };
  all.push_back({"eager", "SummaryWriter::add_scalar",
                 world<Writing>(
                     [=] {
                       static int count = 0;
                       const std::string path = folder + "/events-" + std::to_string(count++);
                       return Writing{path, triptych::eager::utils::tensorboard::SummaryWriter(path)};
                     },
                     [](Writing& w) {
                       w.writer.add_scalar("loss", 0.5, 1, 2.0);
                       w.writer.flush();
                     },
                     [](const Writing& w) {  // times differ, sizes do not
                       std::string sizes;
                       for (const auto& file : std::filesystem::directory_iterator(w.path))
                         sizes += std::to_string(file.file_size()) + ",";
                       return sizes;
                     })});
  all.push_back({"eager", "load",
                 world<File>(
                     new_file, [](File& f) { f.read = tt::load(f.path); },
                     [](const File& f) { return bytes_of(f.read) + bytes_of_file(f.path); })});
  return all;
}

}  // namespace faults
