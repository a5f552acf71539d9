// Must not compile. The compiler says: lr
#include <triptych/eager.h>

triptych::eager::optim::SGD sgd({triptych::ones({1})}, {.momentum = 0.9, .lr = 0.1});
