#include "core/support/layered_layout.h"

#include <algorithm>

namespace triptych {

LayeredLayout layered_layout(std::size_t count, const std::vector<std::pair<std::size_t, std::size_t>>& edges) {
  LayeredLayout layout{std::vector<int>(count), std::vector<double>(count), {}};
  std::vector<std::vector<std::size_t>> above(count), below(count);
  for (const auto& [from, to] : edges) {
    above[to].push_back(from);
    below[from].push_back(to);
    layout.layer[to] = std::max(layout.layer[to], layout.layer[from] + 1);
  }
  for (std::size_t i = count; i-- > 0;)  // sources stand right above their first user
    if (above[i].empty() && !below[i].empty()) {
      int first = layout.layer[below[i][0]];
      for (std::size_t user : below[i]) first = std::min(first, layout.layer[user]);
      layout.layer[i] = first - 1;
    }
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(layout.layer[i]);
    if (at >= layout.layers.size()) layout.layers.resize(at + 1);
    layout.x[i] = static_cast<double>(layout.layers[at].size());
    layout.layers[at].push_back(i);
  }
  const auto arrange = [&](std::vector<std::size_t>& nodes, const std::vector<std::vector<std::size_t>>& neighbours) {
    std::vector<double> wish(count);
    for (std::size_t i : nodes) {
      wish[i] = layout.x[i];
      if (neighbours[i].empty()) continue;
      wish[i] = 0;
      for (std::size_t other : neighbours[i]) wish[i] += layout.x[other];
      wish[i] /= static_cast<double>(neighbours[i].size());
    }
    std::stable_sort(nodes.begin(), nodes.end(), [&](std::size_t a, std::size_t b) { return wish[a] < wish[b]; });
    double next = 0;
    for (std::size_t i : nodes) {
      layout.x[i] = std::max(next, wish[i]);
      next = layout.x[i] + 1;
    }
  };
  for (int sweep = 0; sweep < 4; ++sweep) {
    for (std::size_t i = 1; i < layout.layers.size(); ++i) arrange(layout.layers[i], above);
    for (std::size_t i = layout.layers.size(); i-- > 1;) arrange(layout.layers[i - 1], below);
  }
  return layout;
}

}  // namespace triptych
