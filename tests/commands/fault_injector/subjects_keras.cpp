// Keras: steps of all optimizers on both engines, fit, building, weights, files.
#include "commands/fault_injector/subject.h"
#include "triptych/core/image_file.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/keras.h"

namespace faults {
namespace {

namespace keras = triptych::keras;
using namespace triptych::keras::layers;
using tt::Tensor;

struct Model {
  std::shared_ptr<keras::Sequential> model;
  std::string path;
  int version = 0;

  std::string bytes() const {
    std::string all = bytes_of(model->get_weights());
    for (const keras::Weight& state : model->base().states()) all += bytes_of(state.value);
    for (const auto& [name, value] : model->optimizer().base().variables())
      if (name == "iteration" || name == "learning_rate") all += bytes_of(value);
    for (const auto& slot : model->optimizer().base().slots())
      if (tt::any(slot.value != 0).item<bool>())
        all += slot.name + bytes_of(slot.value);  // zeros before the first step
    return all;
  }
};

Model model(const std::string& engine, const std::function<keras::Optimizer()>& optimizer, bool input = true) {
  tt::manual_seed(5);
  std::vector<keras::Layer> layers;
  if (input) layers.push_back(Input({4}));
  for (const keras::Layer& layer :
       {Dense(6), BatchNormalization({.name = "bn"}), ReLU(), Dropout(0.5), keras::Layer(Dense(1))})
    layers.push_back(layer);
  Model made{std::make_shared<keras::Sequential>(), {}, 0};
  for (const keras::Layer& layer : layers) made.model->add(layer);
  made.model->compile({.optimizer = optimizer(), .loss = "mse", .metrics = {"mean_absolute_error"}, .engine = engine});
  return made;
}

Tensor x_of(int rows) { return numbers({rows, 4}); }
Tensor y_of(int rows) { return numbers({rows, 1}, 1); }

Subject of(std::string name, std::function<Model()> make, std::function<void(Model&)> act) {
  return {"keras", std::move(name),
          world<Model>(std::move(make), std::move(act), [](const Model& m) { return m.bytes(); })};
}

using States = std::shared_ptr<std::vector<std::string>>;

/// Notes the state after each step.
struct Noted : keras::CallbackBase {
  Noted(const Model& of, States to) : model(of), states(std::move(to)) {}
  void on_train_batch_end(std::int64_t, keras::Logs&) override {
    if (noting) states->push_back(model.bytes());
  }
  const Model& model;
  States states;
};

Subject fit(const std::string& engine, const std::function<keras::Optimizer()>& optimizer) {
  const auto states = std::make_shared<std::vector<std::string>>();
  Subject subject = of(
      "fit, " + engine, [=] { return model(engine, optimizer); },
      [=](Model& m) {
        m.model->fit(x_of(12), y_of(12),
                     {.batch_size = 4, .epochs = 2, .verbose = 0, .callbacks = {keras::callback<Noted>(m, states)}});
      });
  subject.between = states;
  return subject;
}

struct Built {
  keras::Layer layer;
};

/// A layer that has learned something, and learns anew.
template <class Make, class Adapt, class Shown>
Subject adapting(const std::string& name, Make make, Adapt adapt, Shown shown) {
  using Handle = std::invoke_result_t<Make>;
  return {"keras", name + "::adapt",
          world<Handle>(
              [=] {
                Handle layer = make();
                adapt(layer);
                return layer;
              },
              [=](Handle& layer) { adapt(layer); }, [=](const Handle& layer) { return shown(layer); })};
}

}  // namespace

std::vector<Subject> keras_subjects(const std::string& folder) {
  const auto adam = [] { return keras::optimizers::Adam({.learning_rate = 0.01}); };
  const std::vector<std::pair<std::string, std::function<keras::Optimizer()>>> optimizers = {
      {"SGD", [] { return keras::optimizers::SGD(); }},
      {"SGD, momentum", [] { return keras::optimizers::SGD({.momentum = 0.9}); }},
      {"Adam", adam},
      {"AdamW, amsgrad", [] { return keras::optimizers::AdamW({.amsgrad = true}); }}};
  std::vector<Subject> all;
  for (const char* engine : {"graph", "eager"}) {
    const std::string on = std::string(", ") + engine;
    // A step that was taken may be told of no more: then the new state is whole.
    for (const auto& [name, optimizer] : optimizers) {
      all.push_back(of(
          "train_on_batch, " + name + on, [=, optimizer = optimizer] { return model(engine, optimizer); },
          [](Model& m) { m.model->train_on_batch(x_of(6), y_of(6)); }));
      all.back().may_end_late = true;
    }
    all.push_back(fit(engine, adam));
    all.push_back(of(
        "evaluate" + on, [=] { return model(engine, adam); },
        [](Model& m) { m.model->evaluate(x_of(6), y_of(6), {.verbose = 0}); }));
    all.push_back(of(
        "predict" + on, [=] { return model(engine, adam); },
        [](Model& m) { m.model->predict(x_of(6), {.verbose = 0}); }));
  }
  namespace optimizers_of = keras::optimizers;
  const std::vector<std::pair<const char*, std::function<keras::Optimizer()>>> others = {
      {"RMSprop", [] { return optimizers_of::RMSprop({.momentum = 0.9, .centered = true}); }},
      {"Adadelta", [] { return optimizers_of::Adadelta(); }},
      {"Adagrad", [] { return optimizers_of::Adagrad(); }},
      {"Adamax", [] { return optimizers_of::Adamax(); }},
      {"Adafactor", [] { return optimizers_of::Adafactor(); }},
      {"Nadam", [] { return optimizers_of::Nadam(); }},
      {"Ftrl", [] { return optimizers_of::Ftrl(); }},
      {"Lion", [] { return optimizers_of::Lion(); }},
      {"Lamb", [] { return optimizers_of::Lamb(); }},
      {"Muon", [] { return optimizers_of::Muon(); }},
      {"ScheduleFreeAdamW", [] { return optimizers_of::ScheduleFreeAdamW(); }},
      {"Adam, averages", [] { return optimizers_of::Adam({.use_ema = true, .ema_overwrite_frequency = 1}); }},
      {"LossScaleOptimizer", [adam] { return optimizers_of::LossScaleOptimizer(adam()); }},
      {"MultiOptimizer", [adam] {
         return optimizers_of::MultiOptimizer({adam(), {{".*/bias", optimizers_of::SGD({.momentum = 0.9})}}});
       }}};
  for (const auto& [name, optimizer] : others) {
    all.push_back(of(
        std::string("train_on_batch, ") + name,
        [optimizer = optimizer] {
          Model trained = model("graph", optimizer);  // slots that begin with other values than zeros are there
          trained.model->train_on_batch(x_of(6), y_of(6));
          return trained;
        },
        [](Model& m) { m.model->train_on_batch(x_of(6), y_of(6)); }));
    all.back().may_end_late = true;
  }
  all.push_back(of(
      "set_weights", [=] { return model("graph", adam); },
      [](Model& m) {
        std::vector<Tensor> values = m.model->get_weights();
        for (Tensor& value : values) value = value + 1;
        m.model->set_weights(values);
      }));
  all.push_back(of(
      "test_on_batch", [=] { return model("graph", adam); },
      [](Model& m) { m.model->test_on_batch(x_of(6), y_of(6)); }));
  all.push_back(of(
      "predict_on_batch", [=] { return model("graph", adam); }, [](Model& m) { m.model->predict_on_batch(x_of(6)); }));
  all.push_back(of(
      "set_learning_rate", [=] { return model("graph", adam); },
      [](Model& m) { m.model->optimizer().set_learning_rate(m.model->optimizer().learning_rate() / 2); }));
  all.push_back(of(
      "save", [=] { return model("graph", adam); }, [=](Model& m) { m.model->save(folder + "/keras.safetensors"); }));
  all.push_back(of(
      "save, an archive", [=] { return model("graph", adam); },
      [=](Model& m) { m.model->save(folder + "/model.keras"); }));
  all.push_back(of(
      "to_json and back", [=] { return model("graph", adam); },
      [](Model& m) { keras::models::model_from_json(m.model->to_json()); }));
  all.push_back(of(
      "load_model",
      [=] {
        Model saved = model("graph", adam);
        saved.path = folder + "/saved.keras";
        saved.model->save(saved.path);
        return saved;
      },
      [](Model& m) { keras::models::load_model(m.path); }));
  all.push_back(of(
      "load_weights",
      [=] {
        Model trained = model("graph", adam);
        trained.path = folder + "/trained.safetensors";
        trained.model->train_on_batch(x_of(6), y_of(6));
        trained.model->save(trained.path);
        Model fresh = model("graph", adam);
        fresh.path = trained.path;
        return fresh;
      },
      [](Model& m) { m.model->load_weights(m.path); }));
  all.push_back(
      {"keras", "Layer(x), training",
       world<Built>(
           [] {
             Built b{BatchNormalization()};
             b.layer.build({tt::unknown, 4});
             return b;
           },
           [](Built& b) { b.layer(x_of(6), true); }, [](const Built& b) { return bytes_of(b.layer.get_weights()); })});
  all.push_back(adapting(
      "Normalization", [] { return Normalization(); }, [](const keras::Layer& l) { l.adapt(x_of(6)); },
      [](const keras::Layer& l) { return l.built() ? bytes_of(l.get_weights()) + bytes_of(l(x_of(2))) : ""; }));
  all.push_back(adapting(
      "Discretization", [] { return Discretization({.num_bins = 3}); }, [](const keras::Layer& l) { l.adapt(x_of(6)); },
      [](const keras::Layer& l) { return bytes_of(l(x_of(2))); }));
  const std::vector<std::string> texts{"one two two", "three one one"};
  all.push_back(adapting(
      "TextVectorization", [] { return TextVectorization(); }, [=](const keras::VocabularyLayer& l) { l.adapt(texts); },
      [=](const keras::VocabularyLayer& l) {
        std::string all;
        for (const std::string& word : l.get_vocabulary()) all += word + ",";
        return all;
      }));
  all.push_back(adapting(
      "IntegerLookup", [] { return IntegerLookup(); },
      [](const keras::IntegerLookupLayer& l) {
        l.adapt(tt::tensor<std::int64_t>({{5, 7}, {7, 9}}));
      },
      [](const keras::IntegerLookupLayer& l) {
        std::string all;
        for (const std::int64_t word : l.get_vocabulary()) all += std::to_string(word) + ",";
        return all;
      }));
  all.push_back({"keras", "Layer::set_weights",
                 world<Built>(
                     [] {
                       Built b{Dense(3, {.kernel_initializer = "ones"})};
                       b.layer.build({tt::unknown, 4});
                       return b;
                     },
                     [](Built& b) {
                       std::vector<Tensor> values = b.layer.get_weights();
                       for (Tensor& value : values) value = value + 1;
                       b.layer.set_weights(values);
                     },
                     [](const Built& b) { return bytes_of(b.layer.get_weights()); })});
  struct Recurrent {
    keras::Layer layer = LSTM(3, {.stateful = true});
    Tensor latest;
  };
  const auto recurrent = [](std::string name, std::function<void(Recurrent&)> act) {
    return Subject{"keras", std::move(name),
                   world<Recurrent>(
                       [] {
                         tt::manual_seed(5);
                         Recurrent r;
                         r.layer(numbers({2, 3, 4}));
                         return r;
                       },
                       std::move(act),
                       [](const Recurrent& r) {
                         std::string all = bytes_of(r.layer.get_weights());
                         for (const keras::Weight& state : r.layer.base().states()) all += bytes_of(state.value);
                         return all;
                       })};
  };
  all.push_back(recurrent("Layer(x), stateful", [](Recurrent& r) { r.layer(numbers({2, 3, 4}, 1)); }));
  all.push_back(recurrent("Layer::reset_states", [](Recurrent& r) { r.layer.reset_states(); }));
  for (const char* name : {"mae", "auc", "mean_io_u", "precision"})
    all.push_back({"keras", std::string("Metric::update_state, ") + name,
                   world<keras::Metric>(
                       [=] {
                         return std::string(name) == "mean_io_u" ? keras::Metric(keras::metrics::MeanIoU(2))
                                                                 : keras::Metric(name);
                       },
                       [](keras::Metric& m) {
                         const Tensor y = tt::tensor<float>({0, 1, 1, 0});
                         m.update_state(y, std::string(m.name()).find("io") != std::string::npos ? y : y * 0.5 + 0.2);
                       },
                       [](const keras::Metric& m) { return bytes_of(m.result_tensor()); })});
  all.push_back({"keras", "Metric::reset_state",
                 world<keras::Metric>(
                     [] {
                       keras::Metric metric("auc");
                       metric.update_state(tt::tensor<float>({0, 1}), tt::tensor<float>({0.2F, 0.7F}));
                       return metric;
                     },
                     [](keras::Metric& m) { m.reset_state(); },
                     [](const keras::Metric& m) { return bytes_of(m.result_tensor()); })});
  struct Applied {
    keras::Optimizer optimizer = keras::optimizers::Adam();
    std::vector<Tensor> weights = {numbers({3}), numbers({2, 2})};
  };
  all.push_back({"keras", "Optimizer::apply",
                 world<Applied>([] { return Applied(); },
                                [](Applied& a) {
                                  const std::vector<Tensor> gradients = {numbers({3}, 1), numbers({2, 2}, 1)};
                                  a.optimizer.apply(gradients, a.weights);
                                },
                                [](const Applied& a) {
                                  std::string all = bytes_of(a.weights);
                                  for (const auto& slot : a.optimizer.base().slots())
                                    if (tt::any(slot.value != 0).item<bool>()) all += slot.name + bytes_of(slot.value);
                                  return all;
                                })});
  all.push_back({"keras", "set_vocabulary",
                 world<keras::VocabularyLayer>(
                     [] {
                       return keras::VocabularyLayer(StringLookup({.vocabulary = {"a", "b"}}));
                     },
                     [](keras::VocabularyLayer& l) {
                       std::vector<std::string> words = l.get_vocabulary(false);
                       words.push_back("word" + std::to_string(words.size()));
                       l.set_vocabulary(words);
                     },
                     [](const keras::VocabularyLayer& l) {
                       std::string all;
                       for (const std::string& word : l.get_vocabulary()) all += word + ",";
                       return all;
                     })});
  struct Picture {
    std::string path;
    int version = 0;
  };
  all.push_back({"keras", "save_img, and read_image",
                 world<Picture>(
                     [=] {
                       Picture p{folder + "/picture.png", 0};
                       keras::utils::save_img(p.path, tt::full({3, 2, 3}, 0));
                       return p;
                     },
                     [](Picture& p) {
                       tt::read_image(p.path);
                       keras::utils::save_img(p.path, tt::full({3, 2, 3}, p.version + 1));
                       ++p.version;
                     },
                     [](const Picture& p) { return bytes_of_file(p.path); })});
  all.push_back({"keras", "Layer::build",
                 world<Built>(
                     [] {
                       tt::manual_seed(5);
                       return Built{
                           Dense(3, {.kernel_initializer = "glorot_uniform", .bias_initializer = "random_normal"})};
                     },
                     [](Built& b) {
                       if (b.layer.built()) b.layer = Dense(3, {.bias_initializer = "random_normal"});
                       b.layer.build({tt::unknown, 4});
                     },
                     [](const Built& b) { return b.layer.built() ? bytes_of(b.layer.get_weights()) : "not built"; })});
  return all;
}

}  // namespace faults
