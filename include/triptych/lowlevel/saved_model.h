// A whole graph in one file, with its weights and signatures, for programs that have no code of the model. Names are
// those of tf.compat.v1.saved_model; docs/graph_files.md describes the file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "triptych/core/text.h"
#include "triptych/lowlevel/graph_def.h"
#include "triptych/lowlevel/session.h"

namespace triptych::lowlevel::saved_model {

inline constexpr const char* DEFAULT_SERVING_SIGNATURE_DEF_KEY = "serving_default";
inline constexpr const char* PREDICT_METHOD_NAME = "tensorflow/serving/predict";

/// A function that a model offers: names for tensors of its graph.
struct SignatureDef {
  std::map<std::string, Tensor> inputs = {}, outputs = {};
  OwnedText method_name = PREDICT_METHOD_NAME;
};

/// Writes the session's graph, the values of its variables and the signatures as one file, whole or not at all.
/// ArgumentError if a tensor of a signature is not of the graph, or the file cannot be made; UnsupportedError as of
/// as_graph_def.
TRIPTYCH_API void save(const Session& session, const OwnedText& path,
                       const std::map<std::string, SignatureDef>& signature_def_map = {},
                       Location where = Location::here());
/// The same with one signature, "serving_default".
TRIPTYCH_API void simple_save(const Session& session, const OwnedText& export_dir,
                              const std::map<std::string, Tensor>& inputs, const std::map<std::string, Tensor>& outputs,
                              Location where = Location::here());

struct LoadOptions {
  SessionOptions session = {};
  /// Everything on the CPU, wherever it was.
  bool clear_devices = false;
};

/// What a file held: a graph, and a session in which its variables have the saved values.
class TRIPTYCH_API LoadedModel {
 public:
  LoadedModel(Graph graph, Session session, std::map<std::string, SignatureDef> signatures)
      : graph_(std::move(graph)), session_(std::move(session)), signatures_(std::move(signatures)) {}
  LoadedModel(const LoadedModel&) = default;  // moving copies it, too
  LoadedModel& operator=(const LoadedModel&) = default;

  const Graph& graph() const { return graph_; }
  const Session& session() const { return session_; }
  const std::map<std::string, SignatureDef>& signatures() const { return signatures_; }

  /// Runs a signature: values by the names of its inputs to values by the names of its outputs. ArgumentError for a
  /// signature or name that there is not, and an input without a value that needs one.
  std::map<std::string, Tensor> operator()(const std::map<std::string, Tensor>& inputs,
                                           Text signature = DEFAULT_SERVING_SIGNATURE_DEF_KEY,
                                           Location where = Location::here()) const;

 private:
  Graph graph_;
  Session session_;
  std::map<std::string, SignatureDef> signatures_;
};

/// Reads a file of `save`. ArgumentError if it is none, whatever it holds; UnsupportedError if its version is newer, or
/// it has ops that this program does not.
TRIPTYCH_API LoadedModel load(const OwnedText& path, const LoadOptions& options = {},
                              Location where = Location::here());

}  // namespace triptych::lowlevel::saved_model
