// Must not compile. The compiler says: FitOptions
#include <triptych/keras.h>

void fit(const triptych::keras::Model& model, const triptych::Tensor& x) { model.fit(x, x, {.epoch = 1}); }
