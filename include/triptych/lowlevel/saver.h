// Checkpoints by name: save, restore a part, keep the latest few, find them again. Names are tf.compat.v1.train's; a
// checkpoint is one or several safetensors files, and a graph file beside them.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/shape.h"
#include "triptych/core/text.h"
#include "triptych/lowlevel/graph_def.h"
#include "triptych/lowlevel/session.h"

namespace triptych::lowlevel::train {

/// The file "checkpoint" of a folder: which checkpoints there are, the latest last.
struct CheckpointState {
  std::string model_checkpoint_path;
  std::vector<std::string> all_model_checkpoint_paths = {};
  /// Seconds since 1970, of each; and of the latest that is kept for good.
  std::vector<double> all_model_checkpoint_timestamps = {};
  double last_preserved_timestamp = 0;
};

/// The path of the latest checkpoint in a folder, as `Saver::restore` takes it; "" if there is none.
TRIPTYCH_API std::string latest_checkpoint(const OwnedText& checkpoint_dir, Text latest_filename = "checkpoint",
                                           Location where = Location::here());
/// What the folder's file "checkpoint" says; nothing if there is none. ArgumentError if it is not such a file.
TRIPTYCH_API std::optional<CheckpointState> get_checkpoint_state(const OwnedText& checkpoint_dir,
                                                                 Text latest_filename = "checkpoint",
                                                                 Location where = Location::here());
/// Writes it. Paths in the folder are written relative to it.
TRIPTYCH_API void update_checkpoint_state(const OwnedText& save_dir, const CheckpointState& state,
                                          Text latest_filename = "checkpoint", Location where = Location::here());
/// Whether there is a checkpoint of this path.
TRIPTYCH_API bool checkpoint_exists(const OwnedText& checkpoint_prefix);
/// Removes the files of one; false if there was none.
TRIPTYCH_API bool remove_checkpoint(const OwnedText& checkpoint_prefix, Location where = Location::here());

/// Names and shapes of what a checkpoint holds, in the order of the names; one tensor of it.
TRIPTYCH_API std::vector<std::pair<std::string, Shape>> list_variables(const OwnedText& ckpt_dir_or_file,
                                                                       Location where = Location::here());
TRIPTYCH_API Tensor load_variable(const OwnedText& ckpt_dir_or_file, Text name, Location where = Location::here());

/// Sets variables of the session from a checkpoint: `assignment_map` says which of its names goes where, a name to a
/// variable's name, or a scope "a/" to a scope "b/" ("/" is all). All, or none if one does not fit.
TRIPTYCH_API void init_from_checkpoint(const Session& session, const OwnedText& ckpt_dir_or_file,
                                       const std::map<std::string, std::string>& assignment_map,
                                       Location where = Location::here());

/// A variable, and the name under which it is saved.
struct NamedVariable {
  OwnedText name;
  Variable variable;
};

/// Variables to save: under their names, or under others, `{{"weights", w}}` (or what
/// ExponentialMovingAverage::variables_to_restore gives).
class TRIPTYCH_API VariableList {
 public:
  /// ArgumentError if two have one name.
  VariableList(std::initializer_list<NamedVariable> variables, Location where = Location::here());
  VariableList(std::initializer_list<Variable> variables, Location where = Location::here())
      : VariableList(std::vector<Variable>(variables), where) {}
  /// ArgumentError if two have one name.
  VariableList(const std::vector<Variable>& variables, Location where = Location::here());
  VariableList(const std::map<std::string, Variable>& variables, Location where = Location::here());
  const std::map<std::string, Variable>& variables() const { return variables_; }

 private:
  std::map<std::string, Variable> variables_;
};

struct SaverOptions {
  /// Of the checkpoints that this Saver wrote: more are removed, the oldest first. 0: all are kept.
  std::int64_t max_to_keep = 5;
  /// Besides one for every so many hours of training is never removed.
  double keep_checkpoint_every_n_hours = 10000.0;
  /// A file for each device, "-00000-of-00002", and none much larger than this if it is not 0.
  bool sharded = false;
  std::int64_t max_shard_bytes = 0;
  /// The number of the step is written with eight digits.
  bool pad_step_number = false;
};

/// The number of a step: a number, or a 0-d integer tensor of the graph that the session runs.
class TRIPTYCH_API StepNumber {
 public:
  StepNumber() = default;  // none
  StepNumber(std::integral auto step) : number_(static_cast<std::int64_t>(step)) {}
  StepNumber(const Tensor& step) : tensor_(step) {}
  const std::optional<std::int64_t>& number() const { return number_; }
  const Tensor& tensor() const { return tensor_; }

 private:
  std::optional<std::int64_t> number_;
  Tensor tensor_;
};

struct SaveOptions {
  /// Behind the path: "model.ckpt-1000".
  StepNumber global_step = {};
  OwnedText latest_filename = "checkpoint";
  /// The graph, too, as "<path>.meta".
  bool write_meta_graph = true;
  /// Write the file "checkpoint", and remove old ones.
  bool write_state = true;
};

/// Saves and restores variables by name.
class TRIPTYCH_API Saver {
 public:
  /// All variables that the graph has when it saves or restores, but for local ones.
  explicit Saver(const SaverOptions& options = {}, Location where = Location::here());
  /// These variables; ArgumentError if there is none.
  explicit Saver(const VariableList& var_list, const SaverOptions& options = {}, Location where = Location::here());
  Saver(const Saver&) = default;  // a handle
  Saver& operator=(const Saver&) = default;

  /// Writes a checkpoint, each file whole or not at all, the one called "checkpoint" last; returns its path, with the
  /// step, for `restore`. ArgumentError for a variable without a value, or a file that cannot be made.
  std::string save(const Session& session, const OwnedText& save_path, const SaveOptions& options = {},
                   Location where = Location::here()) const;
  /// Sets the variables to what the checkpoint has, all or none; what else it has is left. ArgumentError if it lacks
  /// one, or one has another shape or dtype.
  void restore(const Session& session, const OwnedText& save_path, Location where = Location::here()) const;

  /// Those that are not removed yet, the latest last; and which count as such from now on.
  std::vector<std::string> last_checkpoints() const;
  void set_last_checkpoints(const std::vector<std::string>& last_checkpoints) const;
  /// Those of these that there are, and their times: what a program does that goes on with another's.
  void recover_last_checkpoints(const std::vector<std::string>& checkpoint_paths) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Writes the default graph, or this one, without values, as Saver::save does beside its checkpoints.
TRIPTYCH_API void export_meta_graph(const OwnedText& filename, const Graph& graph = get_default_graph(),
                                    Location where = Location::here());
struct ImportMetaGraphOptions {
  /// The scope of the nodes; empty: none.
  OwnedText import_scope = "";
  bool clear_devices = false;
};
/// Adds the nodes of such a file to a graph, with its collections, and gives a Saver for its variables.
TRIPTYCH_API Saver import_meta_graph(const OwnedText& meta_graph, const Graph& graph = get_default_graph(),
                                     const ImportMetaGraphOptions& options = {}, Location where = Location::here());

}  // namespace triptych::lowlevel::train
