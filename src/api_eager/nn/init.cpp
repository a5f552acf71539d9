#include "triptych/eager/nn/init.h"

#include "triptych/core/autograd.h"
#include "triptych/core/callable.h"

namespace triptych::eager::nn::init {

Tensor& fill_(Tensor& tensor, const Initializer& initializer, Location where) {
  const GradMode no_recording(false);
  const Frame frame(where);
  check_callable("init", initializer, where);
  const Tensor values =
      tensor.ndim() == 2
          ? triptych::init::make(initializer, tensor.shape(), tensor.dtype(), triptych::init::Layout::out_in, where)
      : tensor.ndim() == 4
          ? triptych::init::make(initializer, tensor.shape(), tensor.dtype(), triptych::init::Layout::oihw, where)
          : initializer(tensor.shape(), tensor.dtype());
  return tensor.copy_(Arg(values, where));
}

}  // namespace triptych::eager::nn::init
