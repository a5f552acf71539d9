#include "triptych/keras/callbacks/backup_and_restore.h"

#include <charconv>
#include <filesystem>

#include "api_keras/access.h"
#include "api_keras/callbacks/batch_count.h"
#include "api_keras/names.h"
#include "core/formats/file.h"
#include "triptych/core/io.h"
#include "triptych/keras/model.h"

namespace triptych::keras {
namespace {

constexpr const char* epoch_key = "epoch";
const std::string learning_rate_key = std::string(optimizer_folder) + "/learning_rate";

class BackupAndRestore : public CallbackBase {
 public:
  BackupAndRestore(std::string folder, BackupAndRestoreOptions options, Location where)
      : folder_(std::move(folder)), options_(options), where_(where), due_(options.save_freq.batches()) {}

  void on_train_begin(Logs&) override {
    check_path(folder_, {"BackupAndRestore", where_});
    const Model model = this->model();
    if (!model.built())
      throw ArgumentError("BackupAndRestore", "the model is not built when training begins",
                          "model '" + model.name() + "'", "Give it an Input, or call build()", where_);
    whole_epochs_ = 0;
    if (exists(latest()))
      restore(model, latest());
    else if (exists(previous()))  // killed between the two
      restore(model, previous());
  }

  void on_epoch_end(int epoch, Logs&) override {
    whole_epochs_ = epoch + 1;
    if (options_.save_freq.batches() == 0) save();
  }
  void on_train_batch_end(std::int64_t batch, Logs&) override {
    if (due_.after(batch)) save();
  }
  void on_train_end(Logs&) override {
    std::error_code failed;  // what is left over is used again, or written over
    if (options_.delete_checkpoint) std::filesystem::remove_all(folder_, failed);
  }

 private:
  std::string latest() const { return (std::filesystem::path(folder_) / "latest.safetensors").string(); }
  std::string previous() const { return latest() + ".bkp"; }

  bool exists(const std::string& path) const {
    std::error_code failed;
    const bool there = std::filesystem::exists(path, failed);
    if (failed)
      throw ArgumentError("BackupAndRestore", "the backup cannot be looked for", path_and_reason(path, failed.value()),
                          "", where_);
    return there;
  }

  void restore(const Model& model, const std::string& path) {
    const StateDict dict = triptych::load(path, where_);
    const auto found = dict.metadata.find(epoch_key);
    int epoch = -1;
    if (found != dict.metadata.end())
      std::from_chars(found->second.data(), found->second.data() + found->second.size(), epoch);
    if (epoch < 0)
      throw ArgumentError("BackupAndRestore", "the backup does not say how many epochs there were", "'" + path + "'",
                          "Remove the folder to begin anew", where_);
    model.load_weights(path, {}, where_);
    restore_learning_rate(model, dict);
    whole_epochs_ = epoch;
    model.base().resume_epoch = epoch;
  }

  /// The file's learning rate; `load_weights` leaves that of `compile`.
  static void restore_learning_rate(const Model& model, const StateDict& dict) {
    const Tensor* rate = dict.find(learning_rate_key);
    if (!rate) return;
    const RunNow now;
    for (auto& [name, variable] : model.optimizer().base().variables())
      if (name == "learning_rate" && rate->shape() == variable.shape() && rate->dtype() == variable.dtype())
        variable.copy_(*rate);
  }

  /// One file holds all, and takes the place of the last one when it is whole: whoever is killed meanwhile leaves one
  /// backup or the other.
  void save() {
    std::error_code failed;  // saving says it
    std::filesystem::create_directories(folder_, failed);
    const std::string written = latest() + ".new";
    model().save(written, {}, where_);
    StateDict dict = triptych::load(written, where_);
    dict.metadata[epoch_key] = std::to_string(whole_epochs_);
    if (options_.double_checkpoint && std::filesystem::exists(latest(), failed))
      std::filesystem::rename(latest(), previous(), failed);
    triptych::save(dict, latest(), where_);
    std::filesystem::remove(written, failed);
  }

  std::string folder_;
  BackupAndRestoreOptions options_;
  Location where_;
  BatchCount due_;
  int whole_epochs_ = 0;
};

}  // namespace

Callback callbacks::BackupAndRestore(OwnedText backup_dir, BackupAndRestoreOptions options, Location where) {
  if (backup_dir.empty()) throw ArgumentError("BackupAndRestore", "backup_dir is empty", "''", "", where);
  return Callback(std::make_shared<keras::BackupAndRestore>(std::move(backup_dir), options, where));
}

}  // namespace triptych::keras
