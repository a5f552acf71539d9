// Working memory of a kernel.
#pragma once

#include <cstddef>

#include "cuda/runtime/allocator.h"
#include "triptych/core/op.h"

namespace triptych::cuda {

/// Device memory for what a call puts into its stream: it may go as soon as the last launch that uses it is in there.
class Scratch {
 public:
  Scratch(const RunContext& context, std::size_t bytes)
      : allocator_(allocator(context.device.index)),
        data_(allocator_.allocate(bytes, static_cast<cudaStream_t>(context.stream))) {}
  ~Scratch() {
    if (data_) allocator_.free(data_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  CachingAllocator& allocator_;
  void* data_;
};

}  // namespace triptych::cuda
