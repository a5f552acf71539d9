#include "api_keras/training/options.h"

#include "api_keras/training/batches.h"
#include "core/support/hyperparameter.h"

namespace triptych::keras {
namespace {

void at_least(const char* what, const char* option, std::int64_t value, std::int64_t least, Location where) {
  if (value >= least) return;
  const std::string rule = least == 0 ? " is negative" : " is below " + std::to_string(least);
  throw ArgumentError(what, option + rule, std::to_string(value), "", where);
}

void check_verbose(const char* what, int verbose, Location where) {
  if (verbose < 0 || verbose > 2)
    throw ArgumentError(what, "verbose is not 0, 1 or 2", std::to_string(verbose), "", where);
}

/// A DataLoader decides what these options of arrays say.
void of_arrays(const char* what, const char* option, bool given, Location where) {
  if (given)
    throw ArgumentError(what, std::string(option) + " is given with a DataLoader", "it is for arrays",
                        "Make it a part of the loader", where);
}

}  // namespace

void check_options(const FitOptions& options, DataKind data, Location where) {
  check_verbose("fit", options.verbose, where);
  at_least("fit", "batch_size", options.batch_size.value_or(1), 1, where);
  at_least("fit", "epochs", options.epochs, 0, where);
  at_least("fit", "initial_epoch", options.initial_epoch, 0, where);
  at_least("fit", "steps_per_epoch", options.steps_per_epoch, 0, where);
  at_least("fit", "validation_steps", options.validation_steps, 0, where);
  at_least("fit", "validation_batch_size", options.validation_batch_size, 0, where);
  at_least("fit", "validation_freq", options.validation_freq, 1, where);
  at_least("fit", "seed", options.seed, -1, where);
  Hyperparameters("fit", where).decay("validation_split", options.validation_split);
  if (options.validation_data.loader)
    of_arrays("fit", "validation_batch_size", options.validation_batch_size > 0, where);
  for (auto i = options.class_weight.begin(); i != options.class_weight.end(); ++i)
    for (auto j = options.class_weight.begin(); j != i; ++j)
      if (i->first == j->first)
        throw ArgumentError("fit", "class_weight has a class twice", std::to_string(i->first), "", where);
  if (data == DataKind::arrays) return;
  of_arrays("fit", "batch_size", options.batch_size.has_value(), where);
  of_arrays("fit", "sample_weight", !given_weights(options.sample_weight).empty(), where);
  of_arrays("fit", "seed", options.seed >= 0, where);
  if (options.validation_split != 0)
    throw ArgumentError("fit", "validation_split is given with a DataLoader", "it is for arrays",
                        "Pass validation_data", where);
}

void check_options(const EvaluateOptions& options, DataKind data, Location where) {
  check_verbose("evaluate", options.verbose, where);
  at_least("evaluate", "batch_size", options.batch_size.value_or(1), 1, where);
  at_least("evaluate", "steps", options.steps, 0, where);
  if (data == DataKind::arrays) return;
  of_arrays("evaluate", "batch_size", options.batch_size.has_value(), where);
  of_arrays("evaluate", "sample_weight", !given_weights(options.sample_weight).empty(), where);
}

void check_options(const PredictOptions& options, DataKind data, Location where) {
  check_verbose("predict", options.verbose, where);
  at_least("predict", "batch_size", options.batch_size.value_or(1), 1, where);
  at_least("predict", "steps", options.steps, 0, where);
  if (data == DataKind::loader) of_arrays("predict", "batch_size", options.batch_size.has_value(), where);
}

}  // namespace triptych::keras
