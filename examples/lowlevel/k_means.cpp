// Clusters of points: each point goes to the nearest centre, each centre to the mean of its points, until none moves.
#include <triptych/lowlevel.h>

#include <iostream>

namespace tt = triptych;
namespace tf = triptych::lowlevel;

int main() {
  tt::manual_seed(3);
  constexpr std::int64_t clusters = 4, each = 250;
  const tt::Tensor truth = tt::tensor<float>({{0, 0}, {5, 0}, {0, 5}, {5, 5}});
  const tt::Tensor points = tt::reshape(tt::unsqueeze(truth, 0) + tt::randn({each, clusters, 2}) * 0.7, {-1, 2});

  tf::Graph graph;
  const tt::Tensor x = graph.placeholder("points", tt::float32, {tt::unknown, 2});
  const tf::Variable centres = graph.variable("centres", {clusters, 2}, tt::init::zeros());
  const tf::Variable nearest = graph.variable("nearest", tt::zeros({each * clusters}, tt::int64));
  const tt::Tensor distances = tf::reduce_sum(tf::square(tf::expand_dims(x, 1) - centres), 2);
  const tt::Tensor chosen = tf::argmin(distances, 1);
  const tt::Tensor moved = tf::reduce_sum(tf::cast(tf::not_equal(chosen, nearest), tt::int64));
  const tt::Tensor means = tf::math::unsorted_segment_mean(x, chosen, clusters);
  const tt::Tensor error = tf::reduce_mean(tf::reduce_min(distances, 1));
  tt::Tensor update;
  {
    const auto after = graph.control_dependencies({moved, error});  // which read what the update writes
    update = tf::group({centres.assign(means), nearest.assign(chosen)});
  }

  const tf::Session session(graph);
  session.run(graph.initializer());
  session.set_value(centres, tt::randn({clusters, 2}) * 0.5 + 2.5);  // all in the middle
  double distance = 0;
  for (int step = 1;; ++step) {
    const auto results = session.run({moved, error, update}, {{x, points}});
    distance = results[1].item<double>();
    std::cout << "step " << step << ": " << results[0].item<std::int64_t>() << " points moved, mean square distance "
              << distance << "\n";
    if (results[0].item<std::int64_t>() == 0) break;
  }
  const tt::Tensor found = session.value(centres);
  std::cout << found << "\n";
  const tt::Tensor off = tt::min(tt::sum(tt::square(tt::unsqueeze(truth, 1) - found), 2), 1);
  return tt::max(off).item<double>() < 0.05 && distance < 1.1 ? 0 : 1;
}
