// Must not compile. The compiler says: SGDOptions
#include <triptych/eager.h>

triptych::eager::optim::SGD sgd({triptych::ones({1})}, {.learning_rate = 0.1});
