#include "triptych/keras/layers/identity.h"

#include "api_keras/layers/brick.h"

namespace triptych::keras {
namespace {

class Identity : public MaskedLayer {
 public:
  std::vector<Tensor> call_many(const std::vector<Tensor>& xs, bool) override { return xs; }
};

}  // namespace

Layer layers::Identity(NameOptions options, Location where) {
  return with_options(plain_brick<keras::Identity>(options.name, where), options, where);
}

}  // namespace triptych::keras
