// Steps of a model at several batch sizes: first without, then with a clock around each kernel.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "run/measure.h"
#include "triptych/core/backends.h"
#include "triptych/core/memory.h"

namespace triptych::compare {
namespace {

/// Enough steps of one kind: at least `least`, then until the time is up.
bool enough(const std::vector<double>& ms, std::size_t least, double seconds) {
  double total = 0;
  for (const double one : ms) total += one;
  return ms.size() >= least && (total >= 1000 * seconds || ms.size() >= 400);
}

}  // namespace

int measure_batches(const Job& job, const std::vector<Model>& models) {
  constexpr std::size_t least = 4;
  for (std::size_t i = 0; i < job.values.size(); ++i) {
    Clock::time_point loaded = Clock::now(), previous = loaded;
    std::vector<double> plain, timed, kernels;
    double first_ms = 0;
    const std::int64_t onednn_before = onednn_calls();
    std::int64_t steps = 0, launches = 0, launches_before = 0, kernel_ns = 0;
    Settings settings = settings_of(job);
    settings.batch_size = job.values[i];
    settings.epochs = 1000;  // on_step ends it
    settings.test_samples = 1;
    settings.on_loaded = [&] { loaded = previous = Clock::now(); };
    settings.on_step = [&](double) {
      const Clock::time_point now = Clock::now();
      const double ms = milliseconds(now - previous);
      const Statistics counts = statistics();
      const bool timing = enough(plain, least, job.seconds);  // during this step
      if (++steps == 1)
        first_ms = milliseconds(now - loaded);
      else if (!timing && steps > 2)
        plain.push_back(ms);
      else if (timing) {
        timed.push_back(ms);
        kernels.push_back(static_cast<double>(counts.kernel_nanoseconds - kernel_ns) / 1e6);
        launches = counts.kernel_launches - launches_before;
      }
      set_kernel_timing(enough(plain, least, job.seconds));
      kernel_ns = counts.kernel_nanoseconds;
      launches_before = counts.kernel_launches;
      previous = Clock::now();
      return !enough(timed, least, job.seconds / 2);
    };
    program_of(models, job)(settings);
    set_kernel_timing(false);
    std::vector<double> framework;
    for (std::size_t k = 0; k < timed.size(); ++k) framework.push_back(timed[k] - kernels[k]);
    const nlohmann::json result = {{"batch", job.values[i]},
                                   {"first_ms", first_ms},
                                   {"step_ms", plain},
                                   {"kernel_ms", kernels},
                                   {"framework_ms", framework},
                                   {"launches", launches},
                                   {"onednn_calls", onednn_calls() - onednn_before}};
    std::printf("%s\n%s\n", nlohmann::json{{"batches", result}}.dump().c_str(),
                nlohmann::json{{"progress", static_cast<double>(i + 1) / static_cast<double>(job.values.size())}}
                    .dump()
                    .c_str());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace triptych::compare
