// The program `triptych` for a list of models.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "model/run_model.h"
#include "points/points.h"
#include "run/compare.h"
#include "triptych/core/device.h"
#include "triptych/core/error.h"

namespace triptych::compare {
namespace {

int print_devices() {
  constexpr double mebi = 1 << 20;
  for (const DeviceInfo& device : devices())
    std::printf("%-7s %s, %.0f of %.0f MiB free, %s\n", device.device.text().c_str(), device.name.c_str(),
                static_cast<double>(device.free_bytes) / mebi, static_cast<double>(device.total_bytes) / mebi,
                device.details.c_str());
  if (cuda_device_count() > 0) return 0;
  try {
    static_cast<void>(Device::cuda(0, {}));
  } catch (const Error& error) {
    std::printf("no GPU: %s\n", error.what());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv, const std::vector<Model>& models) {
  CLI::App app{"Triptych: one tensor and autograd core, three APIs."};
  app.set_version_flag("--version", TRIPTYCH_VERSION);
  app.require_subcommand(1);

  Options options;
  std::vector<std::string> names;
  for (const Model& model : models) names.push_back(model.name);
  options.models = names;
  CLI::App* compare = app.add_subcommand("compare", "Compare the three styles; write compare.html and compare.json");
  compare->add_flag("--quick", options.quick, "Fewer samples and steps: less than a minute");
  compare->add_option("--only", options.only, "Only these points: " + CLI::detail::join(point_ids()))
      ->delimiter(',')
      ->check(CLI::IsMember(point_ids()));
  compare->add_option("--models", options.models, "Only these models: " + CLI::detail::join(names))
      ->delimiter(',')
      ->check(CLI::IsMember(names));
  // CLI11 would turn a negative seed into a large one, and its own check speaks of 300 digits.
  const CLI::Validator not_negative(
      [](const std::string& text) { return text.starts_with('-') ? text + " is negative" : std::string(); }, "");
  compare->add_option("--seed", options.seed, "Seed of weights and shuffling")
      ->check(not_negative)
      ->capture_default_str();
  compare->add_option("--threads", options.threads, "Threads of the kernels; 0: all cores")
      ->check(not_negative)
      ->capture_default_str();
  compare->add_option("--epochs", options.epochs, "Epochs of the full trainings; 0: as each model asks")
      ->check(not_negative);
  compare->add_option("--device", options.device, "Where models are trained: cpu, cuda:0")->capture_default_str();
  std::string language = "en";
  compare->add_option("--lang", language, "Language of the report: en, zh")->check(CLI::IsMember({"en", "zh"}));
  compare->add_option("--output,-o", options.output, "Folder for the report")->capture_default_str();

  CLI::App* list_devices = app.add_subcommand("devices", "List the devices that this build can use");

  ModelRun model;
  CLI::App* run = app.add_subcommand("run", "Run a graph file (saved_model::save), without the code of its model");
  run->add_option("model", model.path, "The graph file")->required();
  run->add_option("--feed", model.feeds, "NAME=FILE.npy, for each input")->allow_extra_args(false);
  run->add_option("--fetch", model.fetches, "What to compute: an output of the signature, or any tensor's name")
      ->allow_extra_args(false);
  run->add_option("--out,-o", model.outputs, "FILE.npy for a result, in the order of the fetches; else it is printed")
      ->allow_extra_args(false);
  run->add_option("--signature", model.signature, "Which of the file's signatures")->capture_default_str();
  run->add_flag("--list", model.list, "Only say what the file offers");

  std::string job;
  CLI::App* measure_one = app.add_subcommand("measure", "One measurement, as compare asks for it")->group("");
  measure_one->add_option("job", job)->required();

  CLI11_PARSE(app, argc, argv);
  options.language = language == "zh" ? Language::chinese : Language::english;
  try {
    if (*list_devices) return print_devices();
    if (*run) return run_model(model);
    static_cast<void>(Device::from_text(options.device, {}));  // an error now, not in every measurement
    return *compare ? run_compare(options, models) : measure(job_from(job), models);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "triptych: %s\n", error.what());
    return 1;
  }
}

}  // namespace triptych::compare
