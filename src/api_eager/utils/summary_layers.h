// The layers of a summary: what is known of a module in one place of the tree.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "triptych/eager/module.h"

namespace triptych::eager {

/// One parameter of a layer, for the rows of verbose = 2.
struct SummaryParameter {
  std::string name, shape;
  std::int64_t count;
};

struct SummaryLayer {
  SummaryLayer(std::string name, nn::Module& module, std::int64_t depth, std::shared_ptr<const SummaryLayer> parent);

  /// Counts the parameters of the module and of all below.
  void count_parameters();
  /// Counts operations, once the output's size is known.
  void count_mult_adds();
  /// Of the module itself.
  std::int64_t leftover_params() const;
  std::int64_t leftover_trainable_params() const;
  /// "True", "False", "Partial", or "--" without parameters.
  std::string trainable() const;

  std::string name;
  nn::Module* module;
  std::int64_t depth;
  std::shared_ptr<const SummaryLayer> parent;  // its place in the tree
  bool leaf, recursive = false;
  std::vector<std::int64_t> input_size, output_size;
  std::string kernel_size;
  std::int64_t params = 0, trainable_params = 0, param_bytes = 0, output_bytes = 0, mult_adds = 0;
  std::vector<SummaryParameter> parameters;
  std::int64_t depth_index = 0;
  std::vector<const SummaryLayer*> below;  // all deeper ones that follow
};

using SummaryLayers = std::vector<std::shared_ptr<SummaryLayer>>;

/// The layers in the order in which `call` calls them, containers that are not called included; without `call` in the
/// order of the tree.
SummaryLayers summary_layers(nn::Module& model, const std::function<void()>& call);

}  // namespace triptych::eager
