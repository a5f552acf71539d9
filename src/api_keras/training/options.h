// What fit, evaluate and predict refuse among their options.
#pragma once

#include "triptych/keras/model.h"

namespace triptych::keras {

/// Batches come from arrays, or from a DataLoader, which makes its own.
enum class DataKind { arrays, loader };

void check_options(const FitOptions& options, DataKind data, Location where);
void check_options(const EvaluateOptions& options, DataKind data, Location where);
void check_options(const PredictOptions& options, DataKind data, Location where);

}  // namespace triptych::keras
