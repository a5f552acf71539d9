// The checkpoint was saved by a model of 64 hidden units.
#include <triptych/lowlevel.h>

#include "../mistake.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

std::string lowlevel_wrong_checkpoint(const mistakes::Enter& enter) {
  enter("build");
  struct Net {
    explicit Net(std::int64_t units) {
      images = graph.placeholder("images", tt::float32, {tt::unknown, 784});
      labels = graph.placeholder("labels", tt::int64, {tt::unknown});
      auto w1 = graph.variable("w1", {784, units}, tt::init::glorot_uniform());
      auto w2 = graph.variable("w2", {units, 10}, tt::init::glorot_uniform());
      loss = tt::mean(tt::sparse_softmax_cross_entropy(tt::matmul(tt::relu(tt::matmul(images, w1)), w2), labels));
    }
    tf::Graph graph;
    tt::Tensor images, labels, loss;
  };
  const std::string path = mistakes::temporary_file();
  const Net saved(64);
  tf::Session first(saved.graph);
  first.run(saved.graph.initializer());
  first.save(path);

  const Net net(128);  // <- mistake
  tf::Session session(net.graph);
  session.restore(path);
  enter("first_step");
  return mistakes::losses_text(
      {session.run(net.loss, {{net.images, mistakes::some_images()}, {net.labels, mistakes::some_labels()}})
           .item<double>()});
}
