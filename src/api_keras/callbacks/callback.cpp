#include "triptych/keras/callbacks/callback.h"

#include "triptych/keras/model.h"

namespace triptych::keras {

CallbackBase::~CallbackBase() = default;

Callback::Callback(std::shared_ptr<CallbackBase> base, Location where) : base_(std::move(base)) {
  if (!base_) throw ArgumentError("callback", "there is no callback", "a null pointer", "", where);
}

void CallbackBase::attach(const Model& model, const FitParameters& params) {
  model_ = model.shared();
  used_ = true;
  params_ = params;
}

Model CallbackBase::model(Location where) const {
  if (!used_)
    throw ArgumentError("callback", "the callback has no model yet", "model() was called before fit",
                        "It has one once it is used", where);
  const auto alive = std::dynamic_pointer_cast<ModelBase>(model_.lock());
  if (!alive)
    throw ArgumentError("callback", "the callback's model is gone", "no handle holds it any more",
                        "Keep a handle to the model", where);
  return Model::of(*alive, where);
}

}  // namespace triptych::keras
