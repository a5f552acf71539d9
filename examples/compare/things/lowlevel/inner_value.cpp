// The value inside a network.
#include <triptych/lowlevel.h>

#include "../things.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

things::Numbers things::lowlevel_inner_value() {
  tf::Graph graph;
  auto x = graph.placeholder("x", tt::float32, {tt::unknown, 4});
  auto labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  auto w1 = graph.variable("w1", hidden_kernel());
  auto w2 = graph.variable("w2", class_kernel());
  auto hidden = tt::relu(tt::matmul(x, w1));
  auto loss = tt::mean(tt::sparse_softmax_cross_entropy(tt::matmul(hidden, w2), labels));
  tf::Session session(graph);
  session.run(graph.initializer());
  // begin
  auto value = session.run(hidden, {{x, inputs()}});
  // end
  return all({value});
}
