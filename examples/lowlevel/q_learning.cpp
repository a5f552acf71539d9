// The way through a grid, past the holes, found by trying: a table of what each move is worth, learned from what the
// next place is worth. Watkins, 1989.
#include <triptych/lowlevel.h>

#include <iostream>
#include <random>
#include <string>
#include <utility>

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

constexpr std::int64_t side = 5, states = side * side, moves = 4;
const std::string grid =
    "S...."
    ".#.#."
    "...#."
    ".#..."
    "...#G";
enum Move : std::int64_t { up, right, down, left };

struct Outcome {
  std::int64_t state;
  double reward;
  bool ends;
};

/// A step off the grid stays; a hole ends the game, and so does the goal, which pays.
Outcome step(std::int64_t state, std::int64_t move) {
  const std::int64_t row = state / side + (move == down) - (move == up);
  const std::int64_t column = state % side + (move == right) - (move == left);
  if (row < 0 || row == side || column < 0 || column == side) return {state, 0, false};
  const std::int64_t next = row * side + column;
  const char what = grid[static_cast<std::size_t>(next)];
  return {next, what == 'G' ? 1.0 : 0.0, what == 'G' || what == '#'};
}

}  // namespace

int main() {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform;

  tf::Graph graph;
  const tf::Variable table = graph.variable("table", tt::ones({states, moves}));  // what was not tried looks good
  const tt::Tensor state = graph.placeholder("state", tt::int64, {}), move = graph.placeholder("move", tt::int64, {});
  const tt::Tensor next = graph.placeholder("next", tt::int64, {});
  const tt::Tensor reward = graph.placeholder("reward", tt::float32, {});
  const tt::Tensor goes_on = graph.placeholder("goes_on", tt::float32, {});
  const tt::Tensor worth = tf::gather(table, state);  // of each move
  // table[state, move] += 0.5 (reward + 0.9 max table[next] - table[state, move])
  const tt::Tensor target = reward + goes_on * 0.9f * tf::reduce_max(tf::gather(table, next));
  const tt::Tensor update =
      tf::scatter_nd_add(table, tf::stack({state, move}), 0.5f * (target - tf::gather(worth, move)));

  const tf::Session session(graph);
  session.run(graph.initializer());
  const tf::Callable look = session.make_callable({state}, {worth});
  const tf::Callable learn = session.make_callable({state, move, next, reward, goes_on}, {update});
  const auto best_move = [&](std::int64_t at) { return tt::argmax(look(at)[0]).item<std::int64_t>(); };

  int won = 0;
  for (int game = 1; game <= 600; ++game) {
    Outcome now{0, 0, false};
    for (int turn = 0; turn < 50 && !now.ends; ++turn) {
      const std::int64_t at = now.state;
      const std::int64_t chosen = uniform(random) < 0.05 ? static_cast<std::int64_t>(random() % moves) : best_move(at);
      now = step(at, chosen);
      learn(at, chosen, now.state, now.reward, now.ends ? 0.0 : 1.0);
    }
    won += now.reward > 0;
    if (game % 100 == 0)
      std::cout << "games " << game - 99 << " to " << game << ": " << std::exchange(won, 0) << " won\n";
  }

  std::string path = grid;
  Outcome now{0, 0, false};
  int turns = 0;
  for (; turns < 20 && !now.ends; ++turns) {
    const std::int64_t chosen = best_move(now.state);
    path[static_cast<std::size_t>(now.state)] = std::string("^>v<")[static_cast<std::size_t>(chosen)];
    now = step(now.state, chosen);
  }
  for (std::int64_t row = 0; row < side; ++row)
    std::cout << path.substr(static_cast<std::size_t>(row * side), side) << "\n";
  std::cout << turns << " moves\n";
  return now.reward > 0 && turns == 8 ? 0 : 1;
}
