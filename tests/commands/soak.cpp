// Trains for a long time in all styles: memory stays flat, and the bits are those of a second run.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/data.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace {

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace optim = triptych::eager::optim;
namespace tf = triptych::lowlevel;
namespace keras = triptych::keras;
using tt::Tensor;
using Values = std::vector<double>;

constexpr const char* help =
    R"(Trains small models for a long time in all styles: after a warm-up memory must not grow, and a second run must give
the same bits.

  soak [--steps N] [--style lowlevel|eager|keras]

  --steps  training steps for each style and run (default: 1000000, some minutes for all)
  --style  only this one (default: all)

Ends with 1 if memory grew or bits differ.
)";

const Tensor& images() {
  static const Tensor x = tt::reshape(tt::sin(tt::cast(tt::arange(8 * 10), tt::float32)), {8, 10});
  return x;
}
const Tensor& labels() {
  static const Tensor y = tt::tensor({0, 1, 2, 0, 1, 2, 0, 1});
  return y;
}

/// One step of a model that it holds, and what it has learned so far.
struct Trainer {
  std::function<void()> step;
  std::function<Values()> learned;
};

void append(Values& all, const Tensor& tensor) {
  for (const double value : tensor.detach().to_vector<double>()) all.push_back(value);
}

Trainer eager_trainer() {
  tt::manual_seed(1);
  auto net =
      std::make_shared<nn::Sequential>(nn::make<nn::Linear>(10, 16), nn::make<nn::BatchNorm1d>(16),
                                       nn::make<nn::ReLU>(), nn::make<nn::Dropout>(0.2), nn::make<nn::Linear>(16, 3));
  auto optimizer = std::make_shared<optim::Adam>(net->parameters(), optim::AdamOptions{.lr = 1e-3});
  return {[=] {
            optimizer->zero_grad();
            nn::cross_entropy((*net)(images()), labels()).backward();
            optimizer->step();
          },
          [=] {
            Values all;
            for (const auto& [name, tensor] : net->state_dict()) append(all, tensor);
            return all;
          }};
}

Trainer lowlevel_trainer() {
  tt::manual_seed(1);
  auto net =
      std::make_shared<nn::Sequential>(nn::make<nn::Linear>(10, 16), nn::make<nn::BatchNorm1d>(16),
                                       nn::make<nn::ReLU>(), nn::make<nn::Dropout>(0.2), nn::make<nn::Linear>(16, 3));
  auto graph = std::make_shared<tf::Graph>();
  const Tensor x = graph->placeholder("x", tt::float32, {tt::unknown, 10});
  const Tensor loss = nn::cross_entropy((*net)(x), labels());
  const Tensor update = tf::Adam().minimize(loss);
  auto session = std::make_shared<tf::Session>(*graph);
  session->run(graph->initializer());
  return {[=] {
            session->run({loss, update}, {{x, images()}});
          },
          [=, keep = graph] {
            Values all;
            for (const auto& [name, tensor] : net->state_dict()) append(all, tensor);
            return all;
          }};
}

Trainer keras_trainer() {
  using namespace keras::layers;
  tt::manual_seed(1);
  auto model = std::make_shared<keras::Sequential>(std::initializer_list<keras::Layer>{
      Input({10}), Dense(16), BatchNormalization(), ReLU(), Dropout(0.2), Dense(3)});
  model->compile({.optimizer = "adam", .loss = keras::losses::SparseCategoricalCrossentropy({.from_logits = true})});
  return {[=] { model->train_on_batch(images(), labels()); },
          [=] {
            Values all;
            for (const Tensor& weight : model->get_weights()) append(all, weight);
            return all;
          }};
}

std::int64_t resident_bytes() {
  std::int64_t pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

/// False, and a line that says why, if memory grew; what was learned.
std::pair<bool, Values> train(const char* style, const std::function<Trainer()>& make, std::int64_t steps) {
  const Trainer trainer = make();
  const std::int64_t warm_up = std::min<std::int64_t>(steps / 2, 1000);
  for (std::int64_t i = 0; i < warm_up; ++i) trainer.step();
  const std::int64_t bytes = tt::statistics().bytes_in_use, cached = tt::statistics().bytes_cached;
  const std::int64_t resident = resident_bytes();
  for (std::int64_t i = warm_up; i < steps; ++i) trainer.step();
  const tt::Statistics now = tt::statistics();
  const std::int64_t grown = resident_bytes() - resident;
  constexpr std::int64_t slack = 1 << 20;  // of what the system says; the library's own counts are exact
  const bool flat = now.bytes_in_use == bytes && now.bytes_cached == cached && grown < slack;
  std::printf("%s: %lld steps, tensors %+lld bytes, cache %+lld, process %+lld%s\n", style,
              static_cast<long long>(steps), static_cast<long long>(now.bytes_in_use - bytes),
              static_cast<long long>(now.bytes_cached - cached), static_cast<long long>(grown),
              flat ? "" : ": FAILED, memory grows");
  return {flat, trainer.learned()};
}

}  // namespace

int main(int argc, char** argv) {
  std::int64_t steps = 1000000;
  std::string only;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--help" || name == "-h") return std::fputs(help, stdout) < 0;
    const char* value = i + 1 < argc ? argv[++i] : nullptr;
    if (value && name == "--steps")
      steps = std::atoll(value);
    else if (value && name == "--style")
      only = value;
    else
      return std::fprintf(stderr, "what is '%s'?\n%s", name.c_str(), help), 2;
  }
  tt::set_num_threads(1);
  int faults = 0, styles = 0;
  for (const auto& [style, make] : {std::pair<const char*, Trainer (*)()>{"eager", eager_trainer},
                                    {"lowlevel", lowlevel_trainer},
                                    {"keras", keras_trainer}}) {
    if (!only.empty() && only != style) continue;
    ++styles;
    const auto [flat, first] = train(style, make, steps);
    const auto [flat_again, second] = train(style, make, steps);
    faults += !flat + !flat_again;
    if (first == second) continue;
    ++faults;
    std::printf("%s: FAILED, a second run gives other bits\n", style);
  }
  return faults > 0 || styles == 0;
}
