// Must not compile. The compiler says: optimizer
#include <triptych/keras.h>

void compile(const triptych::keras::Model& model) { model.compile({.loss = "mse", .optimizer = "adam"}); }
