// The program `triptych`: `triptych compare` trains the same models in three styles and reports what it measured.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "compare.h"
#include "measure.h"

int main(int argc, char** argv) {
  CLI::App app{"Triptych: one tensor and autograd core, three APIs."};
  app.set_version_flag("--version", TRIPTYCH_VERSION);
  app.require_subcommand(1);

  CompareOptions compare;
  CLI::App* compare_command = app.add_subcommand(
      "compare", "Train the same models in three styles on MNIST; write compare.html and compare.json");
  compare_command->add_flag("--quick", compare.quick, "Fewer samples: less than a minute");
  compare_command->add_option("--output,-o", compare.output, "Folder for compare.html and compare.json")
      ->capture_default_str();
  compare_command->add_option("--models", compare.models, "Which models: cnn, mlp")
      ->delimiter(',')
      ->check(CLI::IsMember({"cnn", "mlp"}));
  compare_command->add_option("--seed", compare.seed, "Seed of weights and shuffling")->capture_default_str();
  compare_command->add_option("--threads", compare.threads, "Threads of the kernels; 0: all cores")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  compare_command->add_option("--epochs", compare.epochs, "Epochs of the full training; 0: as the model needs")
      ->check(CLI::NonNegativeNumber);

  MeasureOptions measure;
  CLI::App* measure_command =
      app.add_subcommand("measure", "Train one model in one style; print JSON lines (used by compare)");
  measure_command->add_option("--model", measure.model)->check(CLI::IsMember({"cnn", "mlp"}))->required();
  measure_command->add_option("--style", measure.style)
      ->check(CLI::IsMember({"lowlevel", "eager", "keras", "keras_eager"}))
      ->required();
  measure_command->add_option("--numerics", measure.numerics)->check(CLI::IsMember({"exact", "fast"}));
  measure_command->add_option("--epochs", measure.epochs);
  measure_command->add_option("--max-steps", measure.max_steps);
  measure_command->add_option("--train-samples", measure.train_samples);
  measure_command->add_option("--test-samples", measure.test_samples);
  measure_command->add_option("--seed", measure.seed);
  measure_command->add_option("--threads", measure.threads);

  CLI11_PARSE(app, argc, argv);
  try {
    return *compare_command ? run_compare(compare) : run_measure(measure);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "triptych: %s\n", error.what());
    return 1;
  }
}
