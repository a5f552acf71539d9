// What TensorBoard shows of a training.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "triptych/keras/callbacks/callback.h"

namespace triptych::keras {

/// How often metrics of batches are written: "epoch", never; "batch", each; or every so many.
class TRIPTYCH_API UpdateFrequency {
 public:
  /// ArgumentError for another text than "epoch" and "batch", or a number that is not positive.
  UpdateFrequency(Text text, Location where = Location::here());
  UpdateFrequency(const char* text, Location where = Location::here()) : UpdateFrequency(Text(text, where), where) {}
  template <std::integral T>
  UpdateFrequency(T batches, Location where = Location::here())
      : UpdateFrequency(Batches{static_cast<std::int64_t>(batches)}, where) {}

  /// 0: never.
  std::int64_t batches() const { return batches_; }

 private:
  struct Batches {
    std::int64_t count;
  };
  UpdateFrequency(Batches batches, Location where);
  std::int64_t batches_ = 0;
};

/// The batches that are profiled, counted from 1 through all epochs: one, or those from `first` to `last`. 0: none.
struct ProfileBatches {
  template <std::integral T>
  constexpr ProfileBatches(T batch) : first(batch), last(batch) {}
  constexpr ProfileBatches(std::int64_t first, std::int64_t last) : first(first), last(last) {}
  std::int64_t first, last;
};

/// The file with the names of an embedding's rows, by the names of layers; or one for all.
struct EmbeddingsMetadata {
  EmbeddingsMetadata() = default;
  EmbeddingsMetadata(OwnedText file) : file(std::move(file)) {}
  EmbeddingsMetadata(const char* file, Location where = Location::here()) : file(not_null(file, where)) {}
  EmbeddingsMetadata(std::map<std::string, std::string> files) : files(std::move(files)) {}
  std::string file;
  std::map<std::string, std::string> files;
};

/// Options, in Keras's order.
struct TensorBoardOptions {
  /// Histograms of all weights every so many epochs; 0: none.
  std::int64_t histogram_freq = 0;
  /// The model's layers as a graph.
  bool write_graph = true;
  /// Weights as images, together with the histograms.
  bool write_images = false;
  bool write_steps_per_second = false;
  UpdateFrequency update_freq = "epoch";
  ProfileBatches profile_batch = 0;
  /// Weights for the Projector every so many epochs; 0: none.
  std::int64_t embeddings_freq = 0;
  EmbeddingsMetadata embeddings_metadata = {};
};

namespace callbacks {

/// Writes event files into `log_dir`/train and `log_dir`/validation: each epoch's metrics as "epoch_loss", the learning
/// rate, with `update_freq` those of batches as "batch_loss", the validation's also by the optimizer's steps as
/// "evaluation_loss_vs_iterations". Each epoch is flushed. A profile is a "*.pt.trace.json" in `log_dir`/train, which
/// TensorBoard's plugin for PyTorch, chrome://tracing and Perfetto open. For the Projector `projector_config.pbtxt`
/// names the weights of Embedding layers, which are in `log_dir`/train/keras_embedding.ckpt-<epoch>.weights.h5.
/// ArgumentError if the folder cannot be written, a name of `embeddings_metadata` is that of no Embedding layer, a hook
/// of a training if a weight is NaN or infinite of which a histogram is due.
TRIPTYCH_API Callback TensorBoard(OwnedText log_dir = "logs", TensorBoardOptions options = {},
                                  Location where = Location::here());

}  // namespace callbacks
}  // namespace triptych::keras
