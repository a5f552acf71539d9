// Must not compile. The compiler says: DenseOptions
#include <triptych/keras.h>

auto layer = triptych::keras::layers::Dense(2, {.use_bais = false});
