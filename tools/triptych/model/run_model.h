// `triptych run`: a graph file is run by a program that has no code of the model.
#pragma once

#include <string>
#include <vector>

namespace triptych::compare {

struct ModelRun {
  std::string path;
  std::vector<std::string> feeds;    // name=file.npy
  std::vector<std::string> fetches;  // names; empty: all outputs of the signature
  std::vector<std::string> outputs;  // file.npy for each fetch; fewer: the others are printed
  std::string signature = "serving_default";
  bool list = false;  // only say what the file offers
};

int run_model(const ModelRun& options);

}  // namespace triptych::compare
