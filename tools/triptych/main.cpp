// The program `triptych`: `triptych compare` trains the same models in three styles and reports what it measured.
#include "experiment.h"
#include "triptych/compare.h"

using triptych::compare::Outcome;
using triptych::compare::Settings;

Outcome cnn_lowlevel(const Settings&);
Outcome cnn_eager(const Settings&);
Outcome cnn_keras(const Settings&);
Outcome mlp_lowlevel(const Settings&);
Outcome mlp_eager(const Settings&);
Outcome mlp_keras(const Settings&);

int main(int argc, char** argv) {
  return triptych::compare::main(argc, argv,
                                 {{.name = "mlp",
                                   .lowlevel = mlp_lowlevel,
                                   .eager = mlp_eager,
                                   .keras = mlp_keras,
                                   .epochs = 2,
                                   .quick_samples = 12800,
                                   .step_seconds = 0.004},
                                  {.name = "cnn",
                                   .lowlevel = cnn_lowlevel,
                                   .eager = cnn_eager,
                                   .keras = cnn_keras,
                                   .epochs = 2,
                                   .quick_samples = 3072,
                                   .step_seconds = 0.1}});
}
