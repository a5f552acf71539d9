// A model's life: trained and saved, restored to train on, exported as one file, and served from that file by code that
// knows nothing of the model. PROGRAM [FOLDER]
#include <triptych/core/npy.h>
#include <triptych/lowlevel.h>

#include <filesystem>
#include <iostream>

namespace tt = triptych;
namespace tf = triptych::lowlevel;
using tt::Tensor;

namespace {

struct Model {
  tf::Graph graph;
  Tensor images = graph.placeholder("images", tt::float32, {tt::unknown, 784});
  Tensor labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  tf::Variable w = graph.variable("w", {784, 10}, tt::init::glorot_uniform());
  tf::Variable b = graph.variable("b", {10}, tt::init::zeros());
  tf::Variable step = tf::train::create_global_step(graph);
  Tensor logits = tf::matmul(images, w) + b;
  Tensor loss = tf::reduce_mean(tf::nn::sparse_softmax_cross_entropy_with_logits(labels, logits));
  Tensor train = tf::train::AdamOptimizer(1e-3).minimize(loss, step);
  Tensor probabilities = tf::nn::softmax(logits);
};

float train(const Model& model, const tf::Session& session, const tt::data::TensorDataset& data) {
  const tf::Callable train_step = session.make_callable({model.images, model.labels}, {model.loss, model.train});
  float loss = 0;
  for (const auto& [x, y] : tt::data::batches(data, {.batch_size = 100, .shuffle = true, .seed = 1}))
    loss = train_step(x, y)[0].item<float>();
  return loss;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "save_restore_serve";
  std::filesystem::create_directories(folder);
  const tt::data::Mnist mnist = tt::data::mnist();
  const tt::data::TensorDataset data(tt::reshape(mnist.train.x, {-1, 784}), mnist.train.y);
  const Tensor questions = tt::reshape(tt::slice(mnist.test.x, 0, {0, 1000}), {1000, 784});
  const Tensor answers = tt::slice(mnist.test.y, 0, {0, 1000});

  std::string checkpoint;
  {
    const Model model;
    const tf::Session session(model.graph);
    session.run(model.graph.initializer());
    std::cout << "loss " << train(model, session, data);
    checkpoint = tf::train::Saver().save(session, folder + "/model.ckpt", {.global_step = model.step});
    std::cout << ", saved as " << checkpoint << "\n";
  }

  Tensor expected;
  {
    const Model model;  // another program, say
    const tf::Session session(model.graph);
    tf::train::Saver().restore(session, tf::train::latest_checkpoint(folder));
    std::cout << "restored at step " << session.value(model.step).item<std::int64_t>() << ", loss "
              << train(model, session, data) << " after another epoch\n";
    expected = session.run(model.probabilities, {{model.images, questions}});
    tf::saved_model::simple_save(session, folder + "/model.tt", {{"images", model.images}},
                                 {{"probabilities", model.probabilities}});
  }

  const tf::saved_model::LoadedModel served = tf::saved_model::load(folder + "/model.tt");
  const Tensor given = served({{"images", questions}}).at("probabilities");
  const float right = tt::mean(tt::cast(tt::equal(tt::argmax(given, 1), answers), tt::float32)).item<float>();
  std::cout << "served: accuracy " << right << "\n";
  tt::save_npy(questions, folder + "/images.npy");
  std::cout << "or: triptych run " << folder << "/model.tt --feed images=" << folder << "/images.npy\n";
  return tt::all(tt::equal(given, expected)).item<bool>() && right > 0.88 ? 0 : 1;
}
