// Training that goes on where it was killed.
#pragma once

#include "triptych/keras/callbacks/model_checkpoint.h"

namespace triptych::keras {

/// Options, in Keras's order.
struct BackupAndRestoreOptions {
  SaveFrequency save_freq = "epoch";
  /// Keeps the backup before the last one too.
  bool double_checkpoint = false;
  /// Removes the folder when `fit` ends well.
  bool delete_checkpoint = true;
};

namespace callbacks {

/// Saves the model, the optimizer, its learning rate and the number of epochs in the folder `backup_dir` after every
/// epoch, or so many batches. A later `fit` of the same model with the same folder begins behind the last epoch that
/// was saved whole, with the same bits as if it had not ended; the epochs before are not in its History. ArgumentError
/// if the model is not built when `fit` begins, or if the backup is of another one.
TRIPTYCH_API Callback BackupAndRestore(OwnedText backup_dir, BackupAndRestoreOptions options = {},
                                       Location where = Location::here());

}  // namespace callbacks
}  // namespace triptych::keras
