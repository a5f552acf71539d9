// What `fit` returned as a picture.
#pragma once

#include "triptych/core/export.h"
#include "triptych/core/text.h"
#include "triptych/keras/logs.h"

namespace triptych::keras::utils {

/// Draws every metric over the epochs, as SVG: one chart for each, with that of the validation data in it. Numbers that
/// are not finite are gaps. ArgumentError if there is no epoch, or the file cannot be made.
TRIPTYCH_API void plot_history(const History& history, const OwnedText& to_file = "history.svg",
                               Location where = Location::here());

}  // namespace triptych::keras::utils
