// What a user could do with a result: it is done here, so that what a call left broken shows. (A shape that is accepted
// and cannot be indexed, a layer that can be made and not called.)
#pragma once

#include "data_objects.h"

namespace battery {

/// What is wrong with a call, where it is no death of the process.
struct Finding {
  std::string text;
};
/// Throws a Finding unless the error has the one form and names a line of the caller's.
void check_error(const tt::Error& error);
/// Does it; an error of the library's is right if it is well made.
template <class F>
void attempt(F&& action) {
  try {
    action();
  } catch (const tt::ArgumentError& error) {
    check_error(error);
  } catch (const tt::UnsupportedError& error) {
    check_error(error);
  } catch (const Thrown&) {
  }
}

inline void read(std::string_view text) {
  volatile char sum = 0;
  for (const char c : text) sum = static_cast<char>(sum + c);
}

// A later `look` sees the earlier ones; those of templates are found through their arguments' namespace, too.
template <class T>
void look(Case& c, const T& value);

inline const std::vector<tt::Tensor>& inputs() {
  static const std::vector<tt::Tensor> all = {numbers({2, 3}), image(), numbers({2, 6, 6, 4}), whole({0, 1}, {2, 1})};
  return all;
}

inline void look_at(Case& c, const tt::Tensor& tensor) { c.add_result(tensor); }
inline void look_at(Case&, const tt::Shape& shape) { read(shape.text()); }
inline void look_at(Case&, const tt::Error& error) { read(error.what()); }
inline void look_at(Case& c, const tt::data::Example& example) { look(c, example.x), look(c, example.y); }
inline void look_at(Case& c, const tt::data::Batch& batch) { look(c, batch.x), look(c, batch.y); }
inline void look_at(Case& c, const tt::data::Dataset& dataset) {
  attempt([&] { static_cast<void>(dataset.size()); });
  attempt([&] { look(c, dataset[tt::At(0, here())]); });
  attempt([&] { look(c, dataset[tt::At(-1, here())]); });
  attempt([&] { look(c, dataset[tt::At(1000000, here())]); });
}
inline void look_at(Case& c, const tt::data::IterableDataset& dataset) {
  attempt([&] {
    const auto stream = dataset.examples(0);
    if (!stream) return;
    for (int i = 0; i < 4; ++i) look(c, stream->next());
  });
  attempt([&] { look(c, tt::data::default_collate({dataset[tt::At(0, here())]}, here())); });
}
template <std::derived_from<tt::data::Sampler> Sampler>
void look_at(Case& c, const Sampler& sampler) {
  attempt([&] {
    look(c, tt::data::DataLoader(examples(), {.batch_size = 4, .sampler = std::make_shared<Sampler>(sampler)}, here()));
  });
}
inline void look_at(Case& c, const tt::data::BatchSampler& sampler) {
  attempt([&] {
    look(c, tt::data::DataLoader(examples(), {.batch_sampler = std::make_shared<tt::data::BatchSampler>(sampler)},
                                 here()));
  });
}
/// A transform of images, say.
inline void look_at(Case& c, const std::function<tt::Tensor(const tt::Tensor&)>& function) {
  if (!function) return;
  static const std::vector<tt::Tensor> images = {numbers({3, 6, 5}),
                                                 numbers({1, 1, 1}),
                                                 numbers({3, 0, 5}),
                                                 numbers({2, 3, 6, 5}),
                                                 whole({0, 255, 3}, {1, 3, 1}).to(tt::uint8),
                                                 whole({1, 2}, {2}),
                                                 tt::ones({}),
                                                 tt::Tensor()};
  for (const tt::Tensor& image : images) attempt([&] { look(c, function(image)); });
}
inline void look_at(Case& c, const tf_data::Iterator& iterator) {
  attempt([&] {
    const std::vector<tt::Tensor> element = iterator.get_next("IteratorGetNext", here());
    if (element.empty()) return;
    const low::Session session(low::graph_of(element[0], here()), {.numerics = tt::Numerics::exact});
    attempt([&] { session.run(std::vector{iterator.initializer(here())}, c.feeds, {}, here()); });
    try {
      for (int i = 0; i < 4; ++i) look(c, session.run(element, c.feeds, {}, here()));
    } catch (const tt::OutOfRangeError& end) {
      check_error(end);
    }
  });
}
inline void look_at(Case& c, const tf_data::Dataset& dataset) {
  for (const tt::Shape& shape : dataset.output_shapes()) read(shape.text());
  attempt([&] { look(c, tf_data::make_initializable_iterator(dataset, c.graph(), here())); });
}
inline void look_at(Case& c, const tt::data::DataLoader& loader) {
  attempt([&] {
    tt::data::DataLoader copy = loader;
    int count = 0;
    for (const auto& batch : copy) {
      look(c, batch);
      if (++count == 20) break;
    }
  });
}
inline void look_at(Case& c, const tt::StateDict& state) {
  for (const auto& [name, tensor] : state) read(name), look(c, tensor);
  attempt([&] { tt::save(state, "looked_at.safetensors", here()); });
}
inline void look_at(Case& c, const low::Graph& graph) {
  for (const std::string& name : graph.node_names()) read(name);
  attempt([&] { graph.write_dot("looked_at.dot", here()); });
  attempt([&] { graph.write_svg("looked_at.svg", here()); });
  static_cast<void>(c);
}
inline void look_at(Case& c, const low::Callable& callable) {
  attempt([&] { look(c, callable.run({numbers({2, 3})}, here())); });
  attempt([&] { look(c, callable.run({}, here())); });
}
inline void look_at(Case& c, const train::MonitoredSession& session) {
  attempt([&] { look(c, session.run(fetched(session), {}, here())); });
  attempt([&] { session.close(here()); });
}
inline void look_at(Case& c, const train::Saver& saver) {
  attempt([&] { read(saver.save(trained_session(), "looked_at.ckpt", {}, here())); });
  for (const std::string& path : saver.last_checkpoints()) read(path);
  static_cast<void>(c);
}
template <std::derived_from<train::SessionRunHook> Hook>
void look_at(Case& c, const Hook& hook) {
  attempt(
      [&] { look(c, train::MonitoredSession(stepping_graph(), {.hooks = {std::make_shared<Hook>(hook)}}, here())); });
}
inline void look_at(Case& c, nn::Module& module) {
  read(module.text());
  for (const tt::Tensor& x : inputs()) attempt([&] { look(c, module(tt::Arg(x, here()))); });
  attempt([&] { look(c, module.state_dict(here())); });
}
inline void look_at(Case& c, optim::Optimizer& optimizer) {
  attempt([&] { optimizer.step(here()); });
  attempt([&] { look(c, optimizer.state_dict(here())); });
}
inline void look_at(Case& c, optim::lr_scheduler::LRScheduler& scheduler) {
  attempt([&] { scheduler.step(here()); });
  attempt([&] { look(c, scheduler.state_dict(here())); });
}
inline void look_at(Case& c, low::Optimizer& optimizer) {
  attempt([&] { look(c, optimizer.minimize(symbolic_loss(), {}, here())); });
}
inline void look_at(Case& c, const keras::Model& model) {
  if (!model.defined()) return;
  attempt([&] { read(model.summary_text()); });
  attempt([&] { read(model.to_json()); });
  for (const tt::Tensor& x : inputs()) attempt([&] { look(c, model.predict(x, {.verbose = 0}, here())); });
  attempt([&] { model.compile({.loss = "mse"}, here()); });
  attempt([&] { look(c, model.train_on_batch(numbers({2, 3}), numbers({2, 1}), {}, {}, here())); });
  attempt([&] { model.save("looked_at", {}, here()); });
}
inline void look_at(Case& c, const keras::Layer& layer) {
  if (!layer.defined()) return;
  for (const tt::Tensor& x : inputs()) attempt([&] { look(c, layer(x, {}, here())); });
  attempt([&] { look(c, layer(std::vector<tt::Tensor>{inputs()[0], inputs()[0]}, {}, here())); });
  attempt([&] { look(c, layer(layers::Input({3}, {}, here()), {}, here())); });
  attempt([&] {
    keras::Sequential model({layers::Input({3}, {}, here()), layer, layers::Dense(1)}, {}, here());
    model.compile({.loss = "mse"}, here());
    model.fit(numbers({4, 3}), numbers({4, 1}), {.verbose = 0}, here());
    read(model.summary_text());
    model.save("looked_at", {}, here());
  });
}
inline void look_at(Case& c, const keras::Initializer& initializer) {
  attempt([&] { look(c, layers::Dense(2, {.kernel_initializer = initializer})(numbers({2, 3}), {}, here())); });
}
inline void look_at(Case& c, const keras::Activation& activation) {
  attempt([&] { look(c, layers::Dense(2, activation, {}, here())(numbers({2, 3}), {}, here())); });
}
inline void look_at(Case& c, const keras::Loss& loss) {
  attempt([&] { look(c, loss(numbers({2, 3}), numbers({2, 3}), {}, here())); });
  attempt([&] { look(c, loss(labels(), numbers({2, 3}), {}, here())); });
}
inline void look_at(Case&, keras::Metric metric) {
  attempt([&] { metric.update_state(numbers({2, 3}), numbers({2, 3}), {}, here()); });
  attempt([&] { static_cast<void>(metric.result()); });
}
inline void look_at(Case& c, const keras::Optimizer& optimizer) {
  attempt([&] {
    const std::vector<tt::Tensor> weights = {numbers({2, 3})}, gradients = {tt::ones({2, 3})};
    optimizer.apply(gradients, weights, here());
    look(c, weights);
  });
}
inline void look_at(Case&, const keras::Callback& callback) {
  attempt([&] {
    compiled_model().fit(numbers({4, 3}), numbers({4, 1}), {.epochs = 2, .verbose = 0, .callbacks = {callback}},
                         here());
  });
}
inline void look_at(Case& c, const keras::optimizers::schedules::LearningRateSchedule& schedule) {
  attempt([&] { look(c, schedule(1, here())); });
}
inline void look_at(Case& c, const low::TensorArray& array) {
  attempt([&] { look(c, array.read(tt::Arg(0, here()))); });
  attempt([&] { look(c, array.stack(here())); });
}
template <class R>
void look_at(Case& c, tt::Progress<R>& range) {
  for (const auto& element : range) look(c, element);
}
inline void look_at(Case& c, tt::profiler::Profile& profile) {
  attempt([&] { profile.step(here()); });
  look(c, numbers({2, 3}) * 2);
  attempt([&] { profile.stop(here()); });
  attempt([&] { read(profile.key_averages({}, here()).table({}, here())); });
  attempt([&] { profile.export_chrome_trace("looked_at.json", here()); });
}
inline void look_at(Case& c, const tt::TracedGraph& traced) { look(c, traced.outputs); }
/// While it lives, what is saved for a gradient goes through two functions.
inline void look_at(Case& c, const tt::SavedTensorsHooks&) {
  attempt([&] {
    const tt::Tensor x = with_gradient({2, 3});
    tt::sum(x * x).backward();
    look(c, x.grad());
  });
}
inline void look_at(Case& c, const low::Debugger& debugger) {
  attempt([&] {
    const std::vector<low::Variable> variables = c.graph().variables();
    if (!variables.empty()) look(c, debugger.run(variables[0], {}, here()));
  });
  look(c, debugger.dumped_tensors());
}
inline void look_at(Case& c, const tt::Checkpoint& checkpoint) {
  attempt([&] { tt::save(checkpoint, "looked_at.safetensors", here()); });
  attempt([&] { static_cast<void>(tt::load_checkpoint("looked_at.safetensors", here())); });
  for (const std::string& name : checkpoint.names()) look(c, checkpoint.at(name, here()));
}
inline void look_at(Case& c, const tt::Initializer& initializer) {
  attempt([&] { look(c, tt::init::make(initializer, {2, 3}, tt::float32, tt::init::Layout::in_out, here())); });
}

/// What functions of functions give. They are no overloads of look_at: to ask whether one converts to a metric, say,
/// does not compile.
template <class T>
inline constexpr bool is_function = false;
template <class Body>
inline constexpr bool is_function<tt::detail::LocatedFunction<Body>> = true;
template <class F>
inline constexpr bool is_function<tt::eager::Compiled<F>> = true;
template <class F>
inline constexpr bool is_function<low::Function<F>> = true;
template <class T>
inline constexpr bool takes_arg = true;
template <class Body>
inline constexpr bool takes_arg<tt::detail::LocatedFunction<Body>> = false;
template <class Function>
void call_with_inputs(Case& c, const Function& function) {
  std::vector<tt::Tensor> all = inputs();
  all.push_back(inputs()[0]);  // what was compiled for it
  all.push_back(c.placeholder(numbers({2, 3}), {2, 3}));
  for (const tt::Tensor& x : all)
    attempt([&] {
      if constexpr (takes_arg<Function>)
        look(c, function(tt::Arg(x, here())));
      else
        look(c, function(x, here()));
    });
}
template <class T>
concept HasLook = requires(Case& c, T& value) {
  look_at(c, value);
};
template <class T>
concept PointerLike = requires(const T& value) {
  value.get(), *value;
};

template <class T>
void look(Case& c, const T& value) {
  if constexpr (is_function<T>) {
    call_with_inputs(c, value);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    if constexpr (std::is_pointer_v<T>)
      if (!value) return;
    read(value);
  } else if constexpr (HasLook<T>) {
    attempt([&] { look_at(c, const_cast<T&>(value)); });
  } else if constexpr (PointerLike<T>) {
    if (value) look(c, *value);
  } else if constexpr (requires { value.first, value.second; }) {
    look(c, value.first), look(c, value.second);
  } else if constexpr (std::is_same_v<T, const tt::Tensor*> || std::is_same_v<T, nn::Module*>) {
    if (value) look(c, *value);
  } else if constexpr (requires { value.begin(), value.end(), value.size(); }) {
    for (const auto& element : value) look(c, element);
  }
}

template <class T>
void Case::consume(T&& result) {
  look(*this, result);
}

}  // namespace battery
