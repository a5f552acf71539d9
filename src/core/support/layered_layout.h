// Where the nodes of a drawing stand: in layers by their distance from the sources.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace triptych {

/// Which layer each node stands in, and where in it.
struct LayeredLayout {
  std::vector<int> layer;
  std::vector<double> x;  // centre, in units of one node
  std::vector<std::vector<std::size_t>> layers;
};

/// Layers by the longest way from a source; in a layer, nodes stand near the mean of what they are joined to. Edges
/// lead from earlier nodes to later ones, those into a node before those out of it.
LayeredLayout layered_layout(std::size_t count, const std::vector<std::pair<std::size_t, std::size_t>>& edges);

}  // namespace triptych
