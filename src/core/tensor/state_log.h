// Which state a computation writes.
#pragma once

#include <utility>
#include <vector>

#include "core/tensor/tensor_impl.h"

namespace triptych {

/// While alive, notes the state (parameters, buffers, streams) that this thread writes, with the value that it had
/// before; as views, so that only the write copies.
class [[nodiscard]] StateLog {
 public:
  StateLog();
  ~StateLog();
  StateLog(const StateLog&) = delete;
  StateLog& operator=(const StateLog&) = delete;

  const std::vector<std::pair<Tensor, Tensor>>& written() const { return written_; }
  /// Before `tensor` is written, for all that are alive.
  static void will_write(TensorImpl& tensor);

 private:
  StateLog* outer_;
  std::vector<std::pair<Tensor, Tensor>> written_;
};

}  // namespace triptych
