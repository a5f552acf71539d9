// Low level: sessions that initialize, train, assign and restore, compiled and node by node.
#include "commands/fault_injector/subject.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/eager.h"
#include "triptych/lowlevel.h"

namespace faults {
namespace {

namespace nn = triptych::eager::nn;
namespace tf = triptych::lowlevel;
using tt::Tensor;

/// Batch norm, dropout, a count and an optimizer.
struct Net : nn::Module {
  nn::Linear& hidden = add<nn::Linear>("hidden", 4, 6);
  nn::BatchNorm1d& bn = add<nn::BatchNorm1d>("bn", 6);
  nn::Dropout& drop = add<nn::Dropout>("drop", 0.5);
  nn::Linear& out = add<nn::Linear>("out", 6, 1);
  Tensor& calls = register_buffer("calls", tt::zeros({}, tt::int64));
  Tensor forward(const Tensor& x) override {
    calls.add_(1);
    return out(drop(tt::relu(bn(hidden(x)))));
  }
};

struct Trained {
  std::shared_ptr<Net> net;
  tf::Graph graph;
  Tensor x, y, loss, update, count;
  std::shared_ptr<tf::Session> session;

  std::string bytes() const {
    std::string all = bytes_of(net->state_dict());
    for (const auto& variable : graph.variables()) all += bytes_of(session->value(variable));
    return all;
  }
};

Subject training(std::string name, bool compile, std::function<Tensor(const Tensor&)> minimize) {
  return {"lowlevel", std::move(name),
          world<Trained>(
              [=] {
                tt::manual_seed(5);
                Trained t{.net = std::make_shared<Net>(),
                          .graph = {},
                          .x = {},
                          .y = {},
                          .loss = {},
                          .update = {},
                          .count = {},
                          .session = {}};
                t.x = t.graph.placeholder("x", tt::float32, {tt::unknown, 4});
                t.y = t.graph.placeholder("y", tt::float32, {tt::unknown, 1});
                t.count = t.graph.variable("count", tt::zeros({}, tt::int64), {.trainable = false}).assign_add(1);
                t.loss = tt::mean(tt::square((*t.net)(t.x) - t.y));
                t.update = minimize(t.loss);
                t.session = std::make_shared<tf::Session>(
                    t.graph, tt::SessionOptions{.numerics = tt::Numerics::exact, .compile = compile});
                t.session->run(t.graph.initializer());
                return t;
              },
              [](Trained& t) {
                t.session->run({t.loss, t.update, t.count}, {{t.x, numbers({6, 4})}, {t.y, numbers({6, 1}, 1)}});
              },
              [](const Trained& t) { return t.bytes(); })};
}

struct Variables {
  tf::Graph graph;
  tf::Variable a, b;
  Tensor up;
  std::shared_ptr<tf::Session> session;
  int version = 0;
};

Variables variables(bool compile, bool initialized) {
  tt::manual_seed(5);
  tf::Graph graph;
  const tf::Variable a = graph.variable("a", numbers({3}));
  const tf::Variable b = graph.variable("b", {2, 2}, tt::init::normal());
  const Tensor up = tf::group({a.assign_add(tt::sum(b) + a), b.assign(tt::matmul(b, b) * 0.5 + tt::sum(a))});
  auto session = std::make_shared<tf::Session>(graph, tt::SessionOptions{.compile = compile});
  if (initialized) session->run(graph.initializer());
  return {graph, a, b, up, session, 0};
}

std::string values(const Variables& v) {
  std::string all;
  for (const tf::Variable* variable : {&v.a, &v.b}) {
    try {
      all += bytes_of(v.session->value(*variable));
    } catch (const tt::ArgumentError&) {
      all += "not initialized";
    }
  }
  return all;
}

}  // namespace

std::vector<Subject> lowlevel_subjects(const std::string& folder) {
  std::vector<Subject> all;
  for (const bool compile : {true, false}) {
    const std::string how = compile ? ", compiled" : ", node by node";
    all.push_back(
        training("Session::run, Adam" + how, compile, [](const Tensor& loss) { return tf::Adam().minimize(loss); }));
    all.push_back(training("Session::run, momentum" + how, compile,
                           [](const Tensor& loss) { return tf::Momentum({.momentum = 0.9}).minimize(loss); }));
    all.push_back({"lowlevel", "Session::run, assignments" + how,
                   world<Variables>([=] { return variables(compile, true); },
                                    [](Variables& v) { v.session->run(v.up); }, values)});
    all.push_back({"lowlevel", "Session::run, initializer" + how,
                   world<Variables>([=] { return variables(compile, false); },
                                    [](Variables& v) { v.session->run(v.graph.initializer()); }, values)});
  }
  const std::pair<const char*, std::function<Tensor(const Tensor&)>> others[] = {
      {"gradient descent", [](const Tensor& loss) { return tf::GradientDescent(0.1).minimize(loss); }},
      {"Adagrad", [](const Tensor& loss) { return tf::Adagrad(0.1).minimize(loss); }},
      {"Adadelta", [](const Tensor& loss) { return tf::Adadelta().minimize(loss); }},
      {"RMSProp", [](const Tensor& loss) { return tf::RMSProp(0.1).minimize(loss); }},
      {"AdamW", [](const Tensor& loss) { return tf::AdamW().minimize(loss); }},
      {"Ftrl", [](const Tensor& loss) { return tf::Ftrl(0.1).minimize(loss); }},
      {"ProximalGradientDescent", [](const Tensor& loss) { return tf::ProximalGradientDescent(0.1).minimize(loss); }},
      {"ProximalAdagrad", [](const Tensor& loss) { return tf::ProximalAdagrad(0.1).minimize(loss); }}};
  for (const auto& [name, minimize] : others)
    all.push_back(training(std::string("Session::run, ") + name, true, minimize));
  all.push_back({"lowlevel", "Session::set_value",
                 world<Variables>([] { return variables(true, true); },
                                  [](Variables& v) { v.session->set_value(v.a, v.session->value(v.a) + 1); }, values)});
  all.push_back({"lowlevel", "Session::restore",
                 world<Variables>([] { return variables(true, false); },
                                  [=](Variables& v) {
                                    const std::string path = folder + "/restored.safetensors";
                                    tt::StateDict state;
                                    state.set("a", numbers({3}, v.version));
                                    state.set("b", numbers({2, 2}, v.version));
                                    tt::save(state, path);
                                    v.session->restore(path);
                                    ++v.version;
                                  },
                                  values)});
  all.push_back({"lowlevel", "Session::save",
                 world<Variables>([] { return variables(true, true); },
                                  [=](Variables& v) { v.session->save(folder + "/saved.safetensors"); }, values)});
  all.push_back(
      {"lowlevel", "saved_model::save",
       world<Variables>([] { return variables(true, true); },
                        [=](Variables& v) { tf::saved_model::save(*v.session, folder + "/saved_model"); }, values)});
  all.push_back({"lowlevel", "Saver::save and restore",
                 world<Variables>([] { return variables(true, true); },
                                  [=](Variables& v) {
                                    const tf::train::Saver saver({v.a, v.b});
                                    saver.restore(*v.session, saver.save(*v.session, folder + "/saver.ckpt"));
                                  },
                                  values)});
  all.push_back({"lowlevel", "variables and losses of a graph",
                 world<tf::Graph>([] { return tf::Graph(); },
                                  [](tf::Graph& graph) {
                                    const auto scope = tf::as_default(graph);
                                    const tf::Variable w = graph.variable("w", numbers({3}));
                                    tf::losses::mean_squared_error(numbers({3}, 1), w);
                                  },
                                  [](const tf::Graph& graph) {
                                    const auto scope = tf::as_default(graph);
                                    return std::to_string(tf::losses::get_losses().size());
                                  })});
  const std::pair<const char*, std::function<Tensor(const Variables&)>> updates[] = {
      {"ExponentialMovingAverage",
       [](const Variables& v) {
         return tf::train::ExponentialMovingAverage(0.5).apply(std::vector<Tensor>{v.a, v.b});
       }},
      {"scatter_add",
       [](const Variables& v) {
         return tf::scatter_add(v.a, tt::tensor<std::int64_t>({2, 0}), numbers({2}));
       }},
      {"metrics::mean", [](const Variables& v) { return tf::metrics::mean(v.a + 1).second; }}};
  for (const auto& [name, update] : updates)
    all.push_back({"lowlevel", std::string("Session::run, ") + name,
                   world<Variables>(
                       [update = update] {
                         Variables v = variables(true, false);
                         const auto scope = tf::as_default(v.graph);
                         v.up = update(v);
                         v.session->run(v.graph.initializer());
                         return v;
                       },
                       [](Variables& v) { v.session->run(v.up); },
                       [](const Variables& v) {
                         std::string all;
                         for (const tf::Variable& variable : v.graph.variables())
                           all += bytes_of(v.session->value(variable));
                         return all;
                       })});
  all.push_back({"lowlevel", "Saver::restore",
                 world<Variables>(
                     [=] {
                       const Variables saved = variables(true, true);
                       saved.session->run(saved.up);
                       tf::train::Saver({saved.a, saved.b}).save(*saved.session, folder + "/restored.ckpt");
                       return variables(true, false);
                     },
                     [=](Variables& v) {
                       tf::train::Saver({v.a, v.b}).restore(*v.session, folder + "/restored.ckpt");
                     },
                     values)});
  all.push_back({"lowlevel", "init_from_checkpoint",
                 world<Variables>(
                     [=] {
                       const Variables saved = variables(true, true);
                       tf::train::Saver({saved.a, saved.b}).save(*saved.session, folder + "/begins.ckpt");
                       return variables(true, false);
                     },
                     [=](Variables& v) {
                       tf::train::init_from_checkpoint(*v.session, folder + "/begins.ckpt", {{"a", "a"}, {"b", "b"}});
                     },
                     values)});
  struct Loop {
    std::shared_ptr<Variables> variables;
    Tensor step;
    std::shared_ptr<tf::train::MonitoredSession> session;
  };
  all.push_back({"lowlevel", "MonitoredSession::run, with checkpoints",
                 world<Loop>(
                     [=] {
                       static int count = 0;
                       const std::string path = folder + "/monitored-" + std::to_string(count++);
                       auto v = std::make_shared<Variables>(variables(true, false));
                       const Tensor step = tf::train::create_global_step(v->graph).assign_add(1);
                       auto saver = std::make_shared<tf::train::CheckpointSaverHook>(
                           path, tf::train::CheckpointSaverHookOptions{.save_steps = 1});
                       const Tensor both = tf::group({v->up, step});
                       return Loop{v, both,
                                   std::make_shared<tf::train::MonitoredSession>(
                                       v->graph, tf::train::MonitoredSessionOptions{.hooks = {saver}})};
                     },
                     [](Loop& l) { l.session->run(l.step); },
                     [](const Loop& l) {
                       std::string all;
                       for (const tf::Variable& variable : l.variables->graph.variables())
                         all += bytes_of(l.session->raw_session().value(variable));
                       return all;
                     })});
  all.back().may_end_late = true;  // the step is done when its checkpoint fails
  return all;
}

}  // namespace faults
