// Steps of perceptrons of several sizes.
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "run/measure.h"
#include "run/perceptron.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace triptych::compare {

int measure_sizes(const Job& job) {
  for (std::size_t i = 0; i < job.values.size(); ++i) {
    // hidden^2 + (side^2 + 12) hidden + 10 parameters
    Perceptron size;
    const double half = static_cast<double>(size.side * size.side + 12) / 2;
    size.hidden = std::lround(std::sqrt(half * half + static_cast<double>(job.values[i])) - half);
    manual_seed(job.seed);
    const Tensor x = rand({32, 1, size.side, size.side}), y = randint(0, 10, {32});
    const Clock::time_point start = Clock::now();
    const TrainStep step = perceptron_step(job.style, size);
    step(x, y);
    const double first_ms = milliseconds(Clock::now() - start);
    step(x, y);
    std::vector<double> ms;
    for (const Clock::time_point begin = Clock::now();
         ms.size() < 5 || (milliseconds(Clock::now() - begin) < 1000 * job.seconds && ms.size() < 1000);) {
      const Clock::time_point before = Clock::now();
      step(x, y);
      ms.push_back(milliseconds(Clock::now() - before));
    }
    const nlohmann::json result = {{"parameters", size.parameters()}, {"first_ms", first_ms}, {"step_ms", ms}};
    std::printf("%s\n%s\n", nlohmann::json{{"sizes", result}}.dump().c_str(),
                nlohmann::json{{"progress", static_cast<double>(i + 1) / static_cast<double>(job.values.size())}}
                    .dump()
                    .c_str());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace triptych::compare
