// Training and inference steps of whole models in one style. Names are MODEL/BATCH/train and MODEL/BATCH/infer.
//   zoo [--style=lowlevel|eager|compiled|keras] [--only=PART OF A NAME] [--device=cuda:0] [--autocast] [--json]
//     --autocast: products and convolutions in bfloat16 (lowlevel, eager, compiled)
//   zoo --roofline [--style=] [--only=] [--json]   what the machine could do, and which kernels do not reach it
//   zoo --first-steps=15 [--style=] [--only=]      the first step from nothing, and the peak of memory
// TRIPTYCH_NUM_THREADS in the environment says how many threads.
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

std::vector<zoo::Row> zoo::rows(const std::string& only) {
  const std::pair<const char*, std::vector<std::int64_t>> models[] = {
      {"tiny", {16}},      {"mlp", {32, 128}}, {"cnn", {32, 128}}, {"resnet20", {32, 128}},
      {"lstm", {32, 128}}, {"gpt", {12}},      {"vae", {128}}};
  std::vector<Row> rows;
  const auto add = [&](const std::string& model, std::int64_t batch, bool train) {
    const std::string name = model + "/" + std::to_string(batch) + (train ? "/train" : "/infer");
    if (name.find(only) != std::string::npos) rows.push_back({name, model, batch, train});
  };
  for (const auto& [model, batches] : models) {
    for (const std::int64_t batch : batches) {
      add(model, batch, true);
      add(model, batch, false);
    }
    add(model, 1, false);
  }
  return rows;
}

zoo::Steps zoo::make_steps(const std::string& style, const std::string& model, std::int64_t batch) {
  if (style == "lowlevel") return lowlevel_steps(model, batch);
  if (style == "eager") return eager_steps(model, batch);
  return style == "compiled" ? compiled_steps(model, batch) : keras_steps(model, batch);
}

int main(int argc, char** argv) try {
  const std::string style = bench::take_option(argc, argv, "--style", "lowlevel"),
                    only = bench::take_option(argc, argv, "--only", "");
  const int first_steps = std::stoi(bench::take_option(argc, argv, "--first-steps", "0"));
  if (style != "lowlevel" && style != "eager" && style != "compiled" && style != "keras") {
    std::fprintf(stderr, "zoo: --style is lowlevel, eager, compiled or keras, not '%s'\n", style.c_str());
    return 2;
  }
  zoo::autocast = bench::take_flag(argc, argv, "--autocast");
  if (first_steps > 0) return zoo::print_first_steps(style, only, first_steps), 0;
  if (bench::take_flag(argc, argv, "--roofline"))
    return zoo::print_roofline(style, only, bench::take_flag(argc, argv, "--json")), 0;
  return bench::run(argc, argv, [&] {
    for (const zoo::Row& row : zoo::rows(only)) {
      // The model is made when its turn comes, so that a filter costs nothing.
      benchmark::RegisterBenchmark(row.name.c_str(),
                                   [=](benchmark::State& state) {
                                     const zoo::Steps steps = zoo::make_steps(style, row.model, row.batch);
                                     const auto& call = row.train ? steps.train : steps.infer;
                                     for (int i = 0; i < 3; ++i) call();
                                     bench::time_calls(state, call);
                                   })
          ->MinTime(0.5)
          ->Repetitions(3)
          ->ReportAggregatesOnly(true)
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    }
  });
} catch (const std::exception& error) {
  std::fprintf(stderr, "zoo: %s\n", error.what());
  return 2;
}
