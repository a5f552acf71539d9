// A pole on a cart that must not fall: the policy learns from what its actions brought. After
// pytorch/examples/reinforcement_learning (Williams, 1992), with an environment of its own.
#include <triptych/eager.h>

#include <cmath>
#include <iostream>
#include <random>

#include "../options.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace F = triptych::eager::nn::functional;
namespace optim = triptych::eager::optim;
using tt::Tensor;

namespace {

/// Gymnasium's CartPole: Barto, Sutton and Anderson, 1983.
class CartPole {
 public:
  explicit CartPole(unsigned seed) : random_(seed) {}

  Tensor reset() {
    std::uniform_real_distribution<double> near(-0.05, 0.05);
    for (double* number : {&x_, &speed_, &angle_, &turning_}) *number = near(random_);
    return state();
  }

  struct Step {
    Tensor state;
    double reward;
    bool done;
  };
  Step step(std::int64_t action) {
    const double gravity = 9.8, pole_mass = 0.1, mass = 1.1, length = 0.5, tau = 0.02;
    const double force = action == 1 ? 10 : -10, cosine = std::cos(angle_), sine = std::sin(angle_);
    const double push = (force + pole_mass * length * turning_ * turning_ * sine) / mass;
    const double turn = (gravity * sine - cosine * push) / (length * (4.0 / 3 - pole_mass * cosine * cosine / mass));
    const double acceleration = push - pole_mass * length * turn * cosine / mass;
    x_ += tau * speed_, speed_ += tau * acceleration;
    angle_ += tau * turning_, turning_ += tau * turn;
    return {state(), 1, std::abs(x_) > 2.4 || std::abs(angle_) > 12 * M_PI / 180};
  }

 private:
  Tensor state() const { return tt::tensor({x_, speed_, angle_, turning_}); }

  std::mt19937 random_;
  double x_ = 0, speed_ = 0, angle_ = 0, turning_ = 0;
};

struct Policy : nn::Module {
  nn::Linear& affine1 = add<nn::Linear>("affine1", 4, 128);
  nn::Dropout& dropout = add<nn::Dropout>("dropout", 0.6);
  nn::Linear& affine2 = add<nn::Linear>("affine2", 128, 2);

  /// The actions' logits.
  Tensor forward(const Tensor& state) override { return affine2(F::relu(dropout(affine1(state)))); }
};

}  // namespace

int main(int argc, char** argv) {
  examples::Options options(argc, argv);
  const int episodes = options.get("episodes", 1000), seed = options.get("seed", 543);
  const double gamma = options.get("gamma", 0.99), lr = options.get("lr", 1e-2);
  const double enough = options.get("reward", 195.0);  // where Gymnasium calls the task solved
  options.end();

  tt::manual_seed(seed);
  CartPole env(seed);
  Policy policy;
  optim::Adam optimizer(policy.parameters(), {.lr = lr});
  double running_reward = 10;
  for (int episode = 1; episode <= episodes && running_reward < enough; ++episode) {
    std::vector<Tensor> log_probs;
    std::vector<double> rewards;
    Tensor state = env.reset();
    for (bool done = false; !done && rewards.size() < 500;) {
      const tt::distributions::Categorical actions({.logits = policy(state)});
      const Tensor action = actions.sample();
      log_probs.push_back(actions.log_prob(action));
      const CartPole::Step next = env.step(action.item<std::int64_t>());
      state = next.state, done = next.done;
      rewards.push_back(next.reward);
    }

    // What came after each action, later rewards counting less.
    std::vector<double> returns(rewards.size());
    double sum = 0;
    for (std::size_t i = rewards.size(); i-- > 0;) returns[i] = sum = rewards[i] + gamma * sum;
    Tensor worth = tt::tensor(returns).to(tt::float32);
    worth = (worth - worth.mean()) / (tt::std(worth) + 1e-7);
    const Tensor policy_loss = -(tt::stack(log_probs) * worth).sum();
    optimizer.zero_grad();
    policy_loss.backward();
    optimizer.step();

    running_reward = 0.05 * static_cast<double>(rewards.size()) + 0.95 * running_reward;
    if (episode % 20 == 0)
      std::cout << "episode " << episode << ", last length " << rewards.size() << ", average " << running_reward
                << std::endl;
  }
  std::cout << (running_reward >= enough ? "solved" : "not solved") << ", average length " << running_reward << "\n";
  return running_reward >= enough ? 0 : 1;
}
