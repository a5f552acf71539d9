// Weights as Keras's HDF5 files have them: for each layer a group by the way that leads to it, in it "vars/0",
// "vars/1", ... in the order of Keras's variables.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/formats/hdf5.h"
#include "triptych/keras/layers/preprocessing/adaptive.h"
#include "triptych/keras/model.h"

namespace triptych::keras {

/// A tensor of the model, and what it becomes.
using Values = std::vector<std::pair<Tensor, Tensor>>;
/// What files have of a layer of the user's that is for the layer itself to take.
struct OwnVariables {
  LayerBase* layer;
  StateDict store;
};
/// All that a file has for a model.
struct FoundValues {
  Values values;
  std::vector<OwnVariables> own;
};

/// What `layer` keeps beside its weights; ArgumentError for a name that has a slash, or is that of a weight.
StateDict own_variables(const LayerBase& layer, Location where);

std::string described(const Tensor& tensor);

/// All weights and states of `model`, and, if it is compiled and has any, the optimizer's state unless `weights_only`.
std::string weight_file(const Model& model, bool weights_only, FileContext context);

struct ReadWeights {
  bool skip_mismatch = false, optimizer = true;
  /// The file's learning rate and steps as they are: after compiling as the file says.
  bool learning_rate = false;
};
/// What the file has for the model. ArgumentError unless it has all weights, in their shapes.
FoundValues match_weights(const Hdf5Reader& file, const Model& model, const ReadWeights& how, FileContext context);
/// All layers, and the folder of an archive in which each one's files are.
std::vector<std::pair<std::string, LayerBase*>> asset_folders(const Model& model);
/// Puts them in place, all or none.
void assign_all(FoundValues& found);

}  // namespace triptych::keras
