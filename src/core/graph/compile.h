// The compiler's front: builds the program of a function and runs the passes that the options ask for.
#pragma once

#include "core/graph/program.h"

namespace triptych {

Program compile_program(GraphImpl& graph, std::span<const Place> fetches, std::span<const Place> fed,
                        std::span<const Tensor> values, const VariableStore& variables, const SessionOptions& options,
                        StepReport& report);

}  // namespace triptych
