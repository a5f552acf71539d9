// Must not compile. The compiler says: CompileOptions
#include <triptych/keras.h>

void compile(const triptych::keras::Model& model) { model.compile({.optimiser = "adam"}); }
