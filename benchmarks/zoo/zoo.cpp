// Training and inference steps of whole models in one style:
// `zoo --style=lowlevel|eager|compiled|keras [--device=cuda:0] [--json]`. Names are MODEL/BATCH/train and
// MODEL/BATCH/infer.
#include "zoo.h"

#include <utility>
#include <vector>

#include "../report.h"
#include "triptych/core/ops.h"
#include "triptych/core/random.h"

namespace tt = triptych;

zoo::Data zoo::make_data(const std::string& model, std::int64_t batch) {
  tt::manual_seed(1);
  if (model == "tiny") return {tt::randn({batch, 2}), tt::randn({batch, 1})};
  if (model == "gpt") {
    const auto tokens = [&] { return tt::randint(0, gpt::vocabulary, {batch, gpt::context}); };
    const tt::Tensor x = tokens();
    return {x, tokens()};
  }
  if (model == "vae") {
    const tt::Tensor x = tt::rand({batch, 784});
    return {x, x};
  }
  const tt::Tensor labels = tt::randint(0, 10, {batch});
  if (model == "mlp") return {tt::rand({batch, 784}), labels};
  if (model == "lstm") return {tt::rand({batch, 28, 28}), labels};
  if (model == "resnet20") return {tt::rand({batch, 3, 32, 32}), labels};
  return {tt::rand({batch, 1, 28, 28}), labels};
}

int main(int argc, char** argv) {
  const std::string style = bench::take_option(argc, argv, "--style", "lowlevel");
  const auto make = style == "lowlevel"   ? zoo::lowlevel_steps
                    : style == "eager"    ? zoo::eager_steps
                    : style == "compiled" ? zoo::compiled_steps
                    : style == "keras"    ? zoo::keras_steps
                                          : nullptr;
  if (!make) {
    std::fprintf(stderr, "zoo: --style is lowlevel, eager, compiled or keras, not '%s'\n", style.c_str());
    return 2;
  }
  const auto add = [&](const std::string& model, std::int64_t batch, std::function<void()> zoo::Steps::*which) {
    const std::string name = model + "/" + std::to_string(batch) + (which == &zoo::Steps::train ? "/train" : "/infer");
    // The model is made when its turn comes, so that a filter costs nothing.
    benchmark::RegisterBenchmark(name.c_str(),
                                 [=](benchmark::State& state) {
                                   const auto call = make(model, batch).*which;
                                   for (int i = 0; i < 3; ++i) call();
                                   bench::time_calls(state, call);
                                 })
        ->MinTime(0.5)
        ->Repetitions(3)
        ->ReportAggregatesOnly(true)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  };
  const std::pair<const char*, std::vector<std::int64_t>> models[] = {
      {"tiny", {16}},      {"mlp", {32, 128}}, {"cnn", {32, 128}}, {"resnet20", {32, 128}},
      {"lstm", {32, 128}}, {"gpt", {12}},      {"vae", {128}}};
  return bench::run(argc, argv, [&] {
    for (const auto& [model, batches] : models) {
      for (const std::int64_t batch : batches) {
        add(model, batch, &zoo::Steps::train);
        add(model, batch, &zoo::Steps::infer);
      }
      add(model, 1, &zoo::Steps::infer);
    }
  });
}
